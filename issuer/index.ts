export { issueCards, type NewCard } from "./cards/issue.ts";
export { seedDemo } from "./demo/seed.ts";
export { createIssuer, type Issuer } from "./issuer.ts";
export { migrations } from "./migrations.ts";
export { DEFAULT_POLICY, type IssuerPolicy } from "./policy.ts";
export type { IssuerPorts } from "./ports.ts";
