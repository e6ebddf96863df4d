import type { WireNode } from "#contracts/wire";
import { luhnOk } from "#protocol/pan";
import { isTokenPan } from "#protocol/paytoken";

/** Fields whose values stay hidden, and all below them. */
const SECRET =
  /^(pan|cvn2|codes|joinCode|recoveryCode|keyHex|udkHex|accessToken|pairingCode|chipData|mobile|holderName|idNumber|activationData|encryptedPassData|endpoint|p256dh|auth|number)$|Jwe$/;
/** The token's number: shown on request, and to nobody else. */
const TOKEN_NUMBER = "tokenPan";

/** A longer value is told in full by the text alone. */
const VALUE_MAX = 4_000;

export interface JsonText {
  readonly text: string;
  readonly nodes: readonly WireNode[];
}

/** JSON laid out for reading, secrets hidden, with the place of each field in the text. */
export function jsonText(value: unknown, reveal: boolean): JsonText {
  let text = "";
  const hidden = (key: string, inner: string) =>
    SECRET.test(key) ||
    isOneTimeCode(key, inner) ||
    (key === TOKEN_NUMBER && !(reveal && isTokenPan(inner))) ||
    looksLikeCard(key, inner);

  function write(key: string, inner: unknown, indent: string, secret: boolean): Omit<WireNode, "id" | "name"> {
    if (Array.isArray(inner) || (typeof inner === "object" && inner !== null))
      return { children: writeAll(inner, indent, secret || SECRET.test(key)) };
    if (typeof inner === "string" && (secret || hidden(key, inner))) {
      const stars = `*** (${inner.length})`;
      text += JSON.stringify(stars);
      return { value: stars, masked: true };
    }
    if (secret && inner !== null) {
      text += '"***"';
      return { value: "***", masked: true };
    }
    text += JSON.stringify(inner) ?? "null";
    return { value: String(inner).slice(0, VALUE_MAX) };
  }

  function writeAll(inner: object, indent: string, secret: boolean): readonly WireNode[] {
    const isList = Array.isArray(inner);
    const entries = Object.entries(inner).filter(([, one]) => one !== undefined);
    const [open, close] = isList ? "[]" : "{}";
    text += open;
    const deeper = `${indent}  `;
    const nodes = entries.map(([key, one], i) => {
      text += `${i === 0 ? "" : ","}\n${deeper}`;
      const at = text.length;
      if (!isList) text += `${JSON.stringify(key)}: `;
      const rest = write(isList ? "" : key, one, deeper, secret);
      return { id: key, name: { zh: key, en: key }, ...rest, at, lengthBytes: text.length - at };
    });
    if (entries.length > 0) text += `\n${indent}`;
    text += close;
    return nodes;
  }

  const { children = [] } = write("", value, "", false);
  return { text, nodes: children };
}

/** What a bank sent by text; a problem's code is a word. */
function isOneTimeCode(key: string, value: string): boolean {
  return key === "code" && /\d{4}/.test(value);
}

/** A second net below the names: whole values that pass for a card number. Times and ids that may are left alone. */
function looksLikeCard(key: string, value: string): boolean {
  return key !== TOKEN_NUMBER && /^\d{14,19}$/.test(value) && luhnOk(value);
}
