import { concat, DecodeError, fromAscii, hexBytes, toHex } from "#protocol/bytes";
import { type Instant, toYymmdd } from "#protocol/time";
import { encodeTlv, parseTlv, type Tlv } from "#protocol/tlv";

/*
 * X.509 for push provisioning, as little of it as three certificates need: P-256 keys, ecdsa-with-SHA256, one common name.
 * DER's tags and lengths are BER-TLV's. Source: RFC 5280, RFC 5480.
 */

/** Marks a leaf that passes may be sealed to. Under UUID-derived arc 2.25: nobody registers it, and it is nobody else's. */
export const PROVISIONING_OID = "06146981d6e1b198adf082b2db8b85dc8ea6fbd9d273";
const EC_PUBLIC_KEY = "06072a8648ce3d0201";
const P256 = "06082a8648ce3d030107";
const ECDSA_SHA256 = "300a06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const BASIC_CONSTRAINTS = "0603551d13";
const KEY_USAGE = "0603551d0f";

export interface CertificateRequest {
  readonly serial: number;
  readonly issuer: string;
  readonly subject: string;
  readonly from: Instant;
  readonly until: Instant;
  /** 65 bytes, uncompressed. */
  readonly point: Uint8Array;
  readonly kind: "authority" | "provisioning";
}

const tlv = (tag: string, ...parts: readonly Uint8Array[]) => encodeTlv([{ tag, value: concat(...parts) }]);
const sequence = (...parts: readonly Uint8Array[]) => tlv("30", ...parts);

function nameOf(text: string): Uint8Array {
  return sequence(tlv("31", sequence(hexBytes(COMMON_NAME), tlv("0C", fromAscii(text)))));
}

/** UTCTime by the China day that the instant lies in: years to 2049. */
function timeOf(at: Instant): Uint8Array {
  return tlv("17", fromAscii(`${toYymmdd(at)}000000Z`));
}

function extension(oid: string, value: Uint8Array, critical: boolean): Uint8Array {
  return sequence(hexBytes(oid), ...(critical ? [hexBytes("0101ff")] : []), tlv("04", value));
}

/** DER. `sign` gives ECDSA over SHA-256 of what it is handed, as a DER SEQUENCE of two integers. */
export function encodeCertificate(request: CertificateRequest, sign: (data: Uint8Array) => Uint8Array): Uint8Array {
  const { serial, issuer, subject, from, until, point, kind } = request;
  if (!Number.isInteger(serial) || serial < 1 || serial > 127) throw new RangeError("serial: wants 1..127");
  const key = sequence(sequence(hexBytes(EC_PUBLIC_KEY), hexBytes(P256)), tlv("03", Uint8Array.of(0), point));
  const extensions =
    kind === "authority"
      ? [
          extension(BASIC_CONSTRAINTS, sequence(hexBytes("0101ff")), true),
          extension(KEY_USAGE, hexBytes("03020106"), true), // keyCertSign, cRLSign
        ]
      : [
          extension(KEY_USAGE, hexBytes("03020308"), true), // keyAgreement
          extension(PROVISIONING_OID, hexBytes("0500"), false),
        ];
  const body = sequence(
    tlv("A0", hexBytes("020102")),
    tlv("02", Uint8Array.of(serial)),
    hexBytes(ECDSA_SHA256),
    nameOf(issuer),
    sequence(timeOf(from), timeOf(until)),
    nameOf(subject),
    key,
    tlv("A3", sequence(...extensions)),
  );
  return sequence(body, hexBytes(ECDSA_SHA256), tlv("03", Uint8Array.of(0), sign(body)));
}

/** Whether a certificate carries the mark of a provisioning leaf, as an extension and nowhere else. False for garbage. */
export function marksProvisioning(der: Uint8Array): boolean {
  const oid = PROVISIONING_OID.slice(4).toUpperCase();
  const isIt = (item: Tlv) => item.tag === "06" && toHex(item.value).toUpperCase() === oid;
  try {
    const body = parseTlv(der)[0]?.children?.[0];
    const list = body?.children?.find(({ tag }) => tag === "A3")?.children?.[0]?.children ?? [];
    return list.some(({ children = [] }) => children.some(isIt));
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}
