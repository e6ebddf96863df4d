/** Who is signed in, and by which passkey. */
export interface Session {
  readonly accountId: string;
  readonly name: string;
  readonly keyId: string | null;
  /** Hash of the access token: this session among the account's. */
  readonly tokenHash: Uint8Array;
  /**
   * `find`: from a recovery code, in anybody's browser. `lost`: whoever has the lost device has this session, too; only a new
   * sign-in by passkey is its holder's.
   */
  readonly reach: "all" | "find" | "lost";
}
