import { DecodeError, toHex, toUint } from "#protocol/bytes";
import { emvValues } from "#protocol/emv";
import { type DescribedNode, type DolEntry, describeTlv, parseDol, parseTlv, splitDol, TAGS } from "#protocol/tlv";
import type { Answer } from "../cli/command.ts";
import { badInput, type Fault, faultOf, InputError, type Words } from "../cli/fault.ts";
import { treeLines } from "../cli/tree.ts";

/** A whole TLV tree. Bad bytes: what stands before them, then the fault with its offset and path; code 2. */
export function explainTlv(bytes: Uint8Array, reveal: boolean): Answer {
  try {
    return shown(bytes, describeTlv(parseTlv(bytes), { reveal, inside: emvValues }));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const before = describeTlv(parseTlv(bytes.subarray(0, wholeItems(bytes, error))), { reveal, inside: emvValues });
    const fault = withLengths(faultOf(error, "HEX"), bytes);
    return {
      code: 2,
      json: { error: fault, bytes: bytes.length, items: before.map(jsonOf) },
      lines: treeLines(before),
      notes: [fault],
    };
  }
}

function shown(bytes: Uint8Array, nodes: readonly DescribedNode[]): Answer {
  const last = nodes.at(-1);
  const statusWord = last?.id === "90" && last.lengthBytes === 0 && last.at === bytes.length - 2;
  const notes: Words[] = statusWord
    ? [
        {
          zh: "注意：末尾的 9000 像是状态字，不是标签",
          en: "note: the 9000 at the end looks like a status word, not a tag",
        },
      ]
    : [];
  return {
    code: 0,
    json: { bytes: bytes.length, items: nodes.map(jsonOf), ...(notes.length > 0 ? { notes } : {}) },
    lines: treeLines(nodes),
    notes,
  };
}

/** More than this many places that may begin the broken object are not looked at: bytes made to keep us busy. */
const MAX_PLACES = 64;

/** Length of the start that is whole objects: up to where the outermost broken one begins. */
function wholeItems(bytes: Uint8Array, error: DecodeError): number {
  const tag = error.path[0];
  if (tag === undefined) return readable(bytes, error.at) ? error.at : 0;
  let places = 0;
  for (let start = Math.min(error.at, bytes.length); start > 0 && places < MAX_PLACES; start--) {
    if (toHex(bytes.subarray(start, start + tag.length / 2)).toUpperCase() !== tag) continue;
    places += 1;
    if (readable(bytes, start)) return start;
  }
  return 0;
}

function readable(bytes: Uint8Array, end: number): boolean {
  try {
    parseTlv(bytes.subarray(0, end));
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** For a value cut short: how many bytes it promises, and how many are there. */
function withLengths(fault: Fault, bytes: Uint8Array): Fault {
  const tag = fault.path?.at(-1);
  const at = fault.at ?? 0;
  if (fault.code !== "truncated" || tag === undefined) return fault;
  for (const size of [1, 2, 3]) {
    const start: number = at - size - tag.length / 2;
    if (start < 0 || toHex(bytes.subarray(start, at - size)).toUpperCase() !== tag) continue;
    const header = bytes.subarray(at - size, at);
    if (size === 1 ? header[0]! >= 0x80 : header[0] !== 0x80 + size - 1) continue;
    const wanted = toUint(size === 1 ? header : header.subarray(1));
    const left = bytes.length - at;
    return left >= wanted
      ? {
          ...fault,
          zh: `${fault.zh}：${tag} 有 ${wanted} 字节，超出了外层模板`,
          en: `${fault.en}: the ${wanted} bytes of ${tag} run over the end of its template`,
        }
      : {
          ...fault,
          zh: `${fault.zh}：${tag} 应有 ${wanted} 字节，只剩 ${left}`,
          en: `${fault.en}: ${tag} wants ${wanted} bytes, ${left} left`,
        };
  }
  return fault;
}

/** A bare data object list, and with its values the way a card gets them. */
export function explainDol(bytes: Uint8Array, values: Uint8Array | undefined, reveal: boolean): Answer {
  let entries: readonly DolEntry[];
  try {
    entries = parseDol(bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw new InputError(faultOf(error, "HEX", 0, ["DOL"]));
    throw error;
  }
  const total = entries.reduce((sum, { length }) => sum + length, 0);
  if (values !== undefined && values.length !== total)
    throw badInput(
      "--values",
      `列表要 ${total} 字节，给了 ${values.length} 字节`,
      `the list asks for ${total} bytes, got ${values.length}`,
      "badLength",
    );
  let at = 0;
  const nodes = entries.map((entry): DescribedNode => {
    const start: number = at;
    at += entry.length;
    const name = TAGS[entry.tag] ?? { zh: "专有数据", en: "Private data" };
    const base = { id: entry.tag, name: { zh: name.zh, en: name.en }, at: start, lengthBytes: entry.length };
    if (values === undefined) return base;
    const value = splitDol([entry], values.subarray(start, at)).get(entry.tag)!;
    const [described] = describeTlv([{ tag: entry.tag, value, at: start }], { reveal, inside: emvValues });
    return described!;
  });
  return {
    code: 0,
    json: { bytes: bytes.length, valueBytes: total, dol: nodes.map(jsonOf) },
    lines: [...treeLines(nodes), `共 ${total} 字节 / ${total} bytes in all`],
  };
}

/** A node for machines: `children` are data objects, `parts` what lies inside a value, `dol` the entries of a list. */
export function jsonOf(node: DescribedNode): Readonly<Record<string, unknown>> {
  const { id, name, at, lengthBytes, value, masked, children } = node;
  const isObject = at !== undefined;
  const isList = children?.every(
    (child) => child.at === undefined && child.value === undefined && child.lengthBytes !== undefined,
  );
  const inside = !isObject || value !== undefined ? (isList === true ? "dol" : "parts") : "children";
  return {
    ...(isObject || (value === undefined && lengthBytes !== undefined) ? { tag: id } : { id }),
    name,
    ...(isObject ? { at } : {}),
    ...(lengthBytes === undefined ? {} : { length: lengthBytes }),
    ...(value === undefined ? {} : { value }),
    ...(masked === undefined ? {} : { masked }),
    ...(children === undefined ? {} : { [inside]: children.map(jsonOf) }),
  };
}
