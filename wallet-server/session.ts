/** Who is signed in, and by which passkey. */
export interface Session {
  readonly accountId: string;
  readonly name: string;
  readonly keyId: string | null;
  /** Hash of the access token: this session among the account's. */
  readonly tokenHash: Uint8Array;
}
