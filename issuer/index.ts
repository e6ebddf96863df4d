export type { BankSession } from "./bank-app/sign-in.ts";
export { issueCards, type NewCard } from "./cards/issue.ts";
export { seedDemo } from "./demo/seed.ts";
export type { Staff } from "./desk/staff.ts";
export { createIssuer, type Issuer } from "./issuer.ts";
export { migrations } from "./migrations.ts";
export { DEFAULT_POLICY, type IssuerPolicy } from "./policy.ts";
export { readPolicy } from "./policy-file.ts";
export type { CaseBook, IssuerPorts, PushSealer } from "./ports.ts";
