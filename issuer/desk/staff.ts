import type { IssuerDeskApi, StaffRole } from "#contracts/desk-api";

/** Somebody at the bank's desk. */
export interface Staff {
  readonly staffId: string;
  readonly name: string;
  readonly role: StaffRole;
}

const ALL: readonly StaffRole[] = ["teller", "agent", "supervisor"];
/** With the customer and his document in front of him. */
const BRANCH: readonly StaffRole[] = ["teller", "supervisor"];
/** With the customer on the line. */
const HOTLINE: readonly StaffRole[] = ["agent", "supervisor"];

/** Who may do what: total, so that nothing new is open to anybody by oversight. */
const MAY: Readonly<Record<keyof IssuerDeskApi, readonly StaffRole[]>> = {
  me: ALL,
  accounts: ALL,
  statement: ALL,
  audit: ALL,
  findCustomers: ALL,
  customer: ALL,
  calls: ALL,
  openCase: ALL,
  auditTrail: ALL,
  reportLost: ALL,
  activateCard: ALL,
  changeReservedPhone: BRANCH,
  renewRecord: BRANCH,
  correctName: BRANCH,
  upgradeAccount: BRANCH,
  deposit: BRANCH,
  usbKeyCode: BRANCH,
  liftRestriction: ["supervisor"],
  liftLost: BRANCH,
  renewCard: BRANCH,
  closeCard: BRANCH,
  approveAtBranch: BRANCH,
  freeze: ALL,
  unfreeze: HOTLINE,
  suspendToken: ALL,
  resumeToken: HOTLINE,
  approveCall: HOTLINE,
  refuseCall: HOTLINE,
  withdrawBinding: HOTLINE,
  overrideCall: ["supervisor"],
  restrictAccount: ["supervisor"],
};

/** Everything that a role may do, by name. */
export function allOf(staff: Staff): string[] {
  return Object.keys(MAY).filter((name) => may(staff, name as keyof IssuerDeskApi));
}

export function may(staff: Staff, operation: keyof IssuerDeskApi): boolean {
  return MAY[operation].includes(staff.role);
}
