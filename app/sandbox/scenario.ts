import * as v from "valibot";
import { VerificationMethod } from "#contracts/common";
import { FaultSpec } from "#contracts/sandbox-api";
import { CAUSE_CODES } from "#protocol/diagnosis";

/*
 * A scenario as a data file: who has which card and phone, what happens step by step, and what has to be found. See
 * docs/scenarios.md.
 */

const Name = v.pipe(v.string(), v.regex(/^[a-z][a-zA-Z0-9-]{0,40}$/, "wants a short name"));
const Words = v.object({ zh: v.string(), en: v.string() });

/** A fresh card, like a printed one; what differs is written out. */
const CardSpec = v.strictObject({
  like: Name,
  /** Of the customer who has this other card of the scenario. */
  ofCustomer: v.optional(Name),
  change: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()]))),
});
/** A fresh phone with a fresh account, unless it joins another's. */
const PhoneSpec = v.strictObject({
  model: v.optional(v.string()),
  osVersion: v.optional(v.string()),
  passcodeOn: v.optional(v.boolean()),
  biometricOn: v.optional(v.boolean()),
  integrity: v.optional(v.boolean()),
  online: v.optional(v.boolean()),
  keySource: v.optional(v.picklist(["hce", "secureElement"])),
  /** In years by the calendar. */
  age: v.optional(v.number()),
  /** The account of another phone of the scenario. */
  accountOf: v.optional(Name),
  /** Without recovery codes there is no second factor. */
  secondFactor: v.optional(v.boolean()),
  /** Its own clock is so far behind. */
  clockBehindDays: v.optional(v.pipe(v.number(), v.minValue(0))),
});

const onPhone = { phone: v.optional(Name) };
const Step = v.variant("do", [
  /** Preflight, card, terms: as far as it goes. `until` stops earlier. */
  v.strictObject({
    do: v.literal("bind"),
    ...onPhone,
    card: v.optional(Name),
    /** What the holder types otherwise than the card says. */
    typed: v.optional(
      v.strictObject({
        pan: v.optional(v.string()),
        holderName: v.optional(v.string()),
        mobile: v.optional(v.string()),
        expiry: v.optional(v.string()),
        cvn2: v.optional(v.string()),
        idNumber: v.optional(v.string()),
      }),
    ),
    use: v.optional(v.picklist(["store", "apps"])),
    source: v.optional(v.picklist(["typed", "camera"])),
    until: v.optional(v.picklist(["preflight", "card", "decision"])),
    termsVersion: v.optional(v.string()),
    /** Sealed under a key that is not the TSP's: nobody can open it. */
    sealedToStranger: v.optional(v.literal(true)),
    /** So often, one after the other. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50))),
  }),
  /** These cards are already there: each bound by SMS code and fetched. */
  v.strictObject({ do: v.literal("hold"), ...onPhone, cards: v.array(Name) }),
  v.strictObject({ do: v.literal("session"), ...onPhone, is: v.picklist(["over", "anew"]) }),
  v.strictObject({ do: v.literal("acceptTerms"), ...onPhone, version: v.optional(v.string()) }),
  v.strictObject({ do: v.literal("declineTerms"), ...onPhone }),
  v.strictObject({ do: v.literal("chooseMethod"), ...onPhone, kind: VerificationMethod.entries.kind }),
  v.strictObject({ do: v.literal("sendCode"), ...onPhone }),
  v.strictObject({ do: v.literal("enterCode"), ...onPhone, code: v.picklist(["right", "wrong", "previous"]) }),
  v.strictObject({ do: v.literal("notMyNumber"), ...onPhone }),
  v.strictObject({ do: v.literal("resume"), ...onPhone }),
  v.strictObject({ do: v.literal("abandon"), ...onPhone }),
  v.strictObject({ do: v.literal("collect"), ...onPhone }),
  v.strictObject({
    do: v.literal("bankApp"),
    card: v.optional(Name),
    action: v.picklist([
      "approve",
      "approveByUsbKey",
      "approveByStrangeKey",
      "decline",
      "faceFailed",
      "enrol",
      "lockCard",
      "unlockCard",
      "activateCard",
      "approveTooLate",
      "addToWallet",
    ]),
    ...onPhone,
    /** Of what the bank's app hands over: cut short on the way, or given on only after its time. */
    handed: v.optional(v.picklist(["cutShort", "late"])),
  }),
  v.strictObject({
    do: v.literal("desk"),
    operation: v.string(),
    by: v.optional(v.picklist(["teller", "agent", "supervisor"])),
    card: v.optional(Name),
    ...onPhone,
    with: v.optional(v.record(v.string(), v.unknown())),
  }),
  v.strictObject({
    do: v.literal("walletOps"),
    operation: v.picklist(["lockAccount", "unlockAccount", "setBirthYear"]),
    ...onPhone,
    birthYear: v.optional(v.number()),
  }),
  v.strictObject({ do: v.literal("region"), ...onPhone, region: v.string() }),
  v.strictObject({ do: v.literal("phone"), ...onPhone, facts: PhoneSpec }),
  /** Something only the device can know; it tells it when it next has a connection. */
  v.strictObject({ do: v.literal("deviceSaw"), ...onPhone, cause: v.picklist(CAUSE_CODES) }),
  v.strictObject({ do: v.literal("sync"), ...onPhone }),
  v.strictObject({ do: v.literal("lost"), ...onPhone, on: v.boolean() }),
  v.strictObject({ do: v.literal("change"), ...onPhone, to: v.picklist(["suspend", "resume", "delete"]) }),
  v.strictObject({
    do: v.literal("carrier"),
    card: v.optional(Name),
    habit: v.picklist(["delivers", "refuses", "cannotDeliver", "saysNothing"]),
  }),
  v.strictObject({ do: v.literal("fault"), ...FaultSpec.entries }),
  v.strictObject({ do: v.literal("lift") }),
  v.strictObject({ do: v.literal("advance"), minutes: v.pipe(v.number(), v.minValue(0)) }),
  /** Waits until the parties have told each other what they can. */
  v.strictObject({ do: v.literal("settle"), ...onPhone }),
  /** On to the next time that the clocks of China show this hour. */
  v.strictObject({
    do: v.literal("untilHour"),
    hour: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(23)),
  }),
  v.strictObject({
    do: v.literal("keyStore"),
    of: v.picklist(["tsp", "issuer"]),
    is: v.picklist(["down", "up"]),
  }),
  v.strictObject({ do: v.literal("bankClock"), aheadMinutes: v.number() }),
  v.strictObject({ do: v.literal("tokenNumbers"), left: v.picklist(["none", "plenty"]) }),
  v.strictObject({ do: v.literal("storage"), ...onPhone, is: v.picklist(["full", "free"]) }),
  v.strictObject({
    do: v.literal("pay"),
    ...onPhone,
    minor: v.number(),
    terminal: v.optional(v.string()),
    /** Held near without a card chosen. */
    unarmed: v.optional(v.literal(true)),
    /** Held near so long after the confirmation. */
    afterMinutes: v.optional(v.number()),
    /** Time goes faster until the till has its answer. */
    hurry: v.optional(v.literal(true)),
    /** What goes wrong while the till waits for its answer. */
    meanwhile: v.optional(FaultSpec),
    /** What happens in the field: taken away before the proof was made or before it arrived; a proof that is damaged, or made without the holder. */
    field: v.optional(v.picklist(["tornEarly", "tornLate", "damaged", "unconfirmed"])),
    /** This phone comes into the field while the other is being read. */
    together: v.optional(Name),
    /** So often, each a sale of its own. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200))),
  }),
  /** A stranger's reader takes what a card gives for this amount, and sends it nowhere. */
  v.strictObject({
    do: v.literal("copy"),
    ...onPhone,
    minor: v.number(),
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200))),
  }),
  /** What was copied is sent by a till as its own tap, or only the number is typed in there. */
  v.strictObject({
    do: v.literal("useCopy"),
    as: v.picklist(["tap", "typed"]),
    minor: v.number(),
    /** Typed otherwise than it was. */
    number: v.optional(v.pipe(v.string(), v.regex(/^\d{16,19}$/))),
  }),
  v.strictObject({ do: v.literal("tapAgain"), ...onPhone }),
  v.strictObject({
    do: v.literal("merchant"),
    blocked: v.optional(v.boolean()),
    contactless: v.optional(v.boolean()),
    mcc: v.optional(v.pipe(v.string(), v.regex(/^\d{4}$/))),
  }),
  /** Parameters that are loaded into a till. */
  v.strictObject({
    do: v.literal("terminal"),
    terminal: v.optional(v.string()),
    applications: v.optional(v.picklist(["all", "debit", "credit"])),
    emvMode: v.optional(v.boolean()),
  }),
  /** The network's table has no route for token numbers, or for those of cards. */
  v.strictObject({ do: v.literal("routes"), lack: v.picklist(["token", "issuer"]) }),
  /** The finger or the face is recognised, or is not. */
  v.strictObject({ do: v.literal("holder"), ...onPhone, known: v.boolean() }),
  v.strictObject({ do: v.literal("refund"), minor: v.number(), of: v.optional(v.literal("noSale")) }),
]);
export type Step = v.InferOutput<typeof Step>;

export const Scenario = v.strictObject({
  id: Name,
  title: Words,
  about: v.picklist(["binding", "paying"]),
  /** Whose story of a payment is asked about: the till's, or what only the phone knows. Absent: the till's, if it has one. */
  toldBy: v.optional(v.literal("phone")),
  /** Shows the same to the holder, for another reason. */
  neighbourOf: v.optional(Name),
  cards: v.optional(v.record(Name, CardSpec)),
  phones: v.optional(v.record(Name, PhoneSpec)),
  /** For what hangs on a date: then it has a system of its own. */
  startsAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  steps: v.pipe(v.array(Step), v.minLength(1)),
  expect: v.strictObject({
    /** Null: nothing is wrong. */
    cause: v.nullable(v.picklist(CAUSE_CODES)),
    /** What else must be cured, in any order. */
    also: v.optional(v.array(v.picklist(CAUSE_CODES))),
    stoppedBy: v.optional(v.string()),
    actor: v.optional(v.string()),
    certainty: v.optional(v.picklist(["proven", "inferred", "unclear"])),
    /** When it is honestly unclear: what it lies between. */
    between: v.optional(v.array(v.picklist(CAUSE_CODES))),
  }),
});
export type Scenario = v.InferOutput<typeof Scenario>;
export type CardSpec = v.InferOutput<typeof CardSpec>;
export type PhoneSpec = v.InferOutput<typeof PhoneSpec>;

/** @throws {RangeError} with the place of what is wrong; nothing of the file is quoted. */
export function parseScenario(text: string, file: string): Scenario {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RangeError(`${file}: not JSON`);
  }
  const parsed = v.safeParse(Scenario, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? "";
  throw new RangeError(`${file}: ${place === "" ? "the whole" : place} does not fit (${issue.type})`);
}
