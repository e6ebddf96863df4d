/** The npm package that the codec is measured against brings no types. */
declare module "iso_8583" {
  export default class Iso8583 {
    constructor(message?: Readonly<Record<number, string>>, formats?: Readonly<Record<string, object>>);
    /** Wire bytes without a length head, or an object that says what is wrong. */
    getRawMessage(): Buffer | { readonly error: string };
    getIsoJSON(bytes: Buffer, config?: { readonly lenHeader: boolean }): Readonly<Record<string, string>>;
  }
}
