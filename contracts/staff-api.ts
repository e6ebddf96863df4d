import * as v from "valibot";
import { At, Ceremony, Empty, Id, Name } from "./common.ts";
import { StaffRole } from "./desk-api.ts";
import { operation } from "./operation.ts";

/** Ten signs that nobody mistakes for each other, in two groups: `7KQ2M-X9D4H`. */
const Invitation = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.regex(/^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/, "wants an invitation such as 7KQ2M-X9D4H"),
);

const StaffSession = v.object({
  staffId: Id,
  name: Name,
  /** The one in force. */
  role: StaffRole,
  /** All that this person may take. */
  roles: v.array(StaffRole),
  accessToken: v.string(),
  expiresAt: At,
});
export type StaffSession = v.InferOutput<typeof StaffSession>;

const Begun = v.object({ ceremonyId: Id, options: Ceremony });
const Finish = { ceremonyId: Id, response: Ceremony };

/** How the bank's people come in: once by an invitation, then by passkey. A session ends with the shift. */
export const deskSignInApi = {
  registerOptions: operation({
    summary: "With an invitation: begin a passkey",
    request: v.object({ invitation: Invitation }),
    answer: v.object({ ...Begun.entries, name: Name }),
  }),
  register: operation({
    summary: "Finish it: the invitation is used up, and its bearer is signed in",
    request: v.object(Finish),
    answer: StaffSession,
  }),
  signInOptions: operation({ summary: "Begin signing in by passkey", request: Empty, answer: Begun }),
  signIn: operation({
    summary: "Finish it, in one of the person's roles; none named: the first",
    request: v.object({ ...Finish, role: v.optional(StaffRole) }),
    answer: StaffSession,
  }),
  signOut: operation({
    summary: "The session ends now",
    request: v.object({ accessToken: v.pipe(v.string(), v.maxLength(128)) }),
    answer: Empty,
  }),
} as const;
export type DeskSignInApi = typeof deskSignInApi;

const StaffMember = v.object({
  staffId: Id,
  name: Name,
  roles: v.array(StaffRole),
  passkeys: v.number(),
  /** Invented, and never admitted in a production profile. */
  simulated: v.boolean(),
});

/** What those who run the bank's systems may do (`Authorization: Bearer` is the key in the data folder). */
export const bankOpsApi = {
  staff: operation({
    summary: "Who works at the desk",
    request: Empty,
    answer: v.object({ staff: v.array(StaffMember) }),
    readOnly: true,
  }),
  inviteStaff: operation({
    summary:
      "A person, by name, gets a role and an invitation to enrol a passkey; who is there already gets the role too",
    request: v.object({ name: Name, role: StaffRole }),
    answer: v.object({ staffId: Id, invitation: Invitation, expiresAt: At, roles: v.array(StaffRole) }),
  }),
  dismissStaff: operation({
    summary: "Sessions, passkeys and roles end at once; the name stays in the audit",
    request: v.object({ staffId: Id }),
    answer: Empty,
  }),
} as const;
export type BankOpsApi = typeof bankOpsApi;

/** The demo's invented staff, whom anybody may be. Never in a production profile. */
export const demoStaffApi = {
  staff: operation({
    summary: "Whom one may be",
    request: Empty,
    answer: v.object({ staff: v.array(v.object({ staffId: Id, name: Name, role: StaffRole })) }),
    readOnly: true,
  }),
  invite: operation({
    summary: "An invitation for one of them",
    request: v.object({ staffId: Id }),
    answer: v.object({ invitation: Invitation }),
  }),
} as const;
export type DemoStaffApi = typeof demoStaffApi;
