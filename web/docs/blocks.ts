/** A document as the build step hands it to the page: what it says, and nothing of how it was written. */
export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: "paragraph"; readonly text: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    };

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong"; readonly text: readonly Inline[] }
  | { readonly kind: "emphasis"; readonly text: readonly Inline[] }
  | { readonly kind: "link"; readonly to: string; readonly text: readonly Inline[] }
  | { readonly kind: "break" };
