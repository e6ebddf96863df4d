import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError, toHex } from "#protocol/bytes";
import {
  diagnose,
  type ImportedJourney,
  importIso8583,
  importLithic,
  importMdes,
  importVts,
} from "#protocol/diagnosis";
import {
  answerTo,
  CUPS,
  encodeCupsFrame,
  encodeMessage,
  type IsoMessage,
  POS_BCD,
  reversalOf,
} from "#protocol/iso8583";

/*
 * Samples in the shape that public documents and code describe (spec tokenisation §5, iso8583 §10), written here: no
 * real card, token, phone or person. Every secret in them is one of these, so that a leak is found by searching.
 */
const PAN = "6222021234567890128";
const TOKEN_PAN = "6299900000000000019";
const CODE = "724913";
const PHONE = "13800138000";
const SECRETS = [PAN, TOKEN_PAN, CODE, PHONE, "ZHANG SAN", "0123456789ABCDEF"];

function found(journeys: readonly ImportedJourney[]) {
  for (const secret of SECRETS) expect(JSON.stringify(journeys)).not.toContain(secret);
  return journeys.map(({ holdings }) => diagnose(holdings));
}

const HEADER = { test: true, destination: "00010000", source: "48020000", rejectCode: "00000" };
function sale(stan: string, amount = "000000010000"): IsoMessage {
  return {
    mti: "0200",
    fields: {
      2: TOKEN_PAN,
      3: "000000",
      4: amount,
      7: `1124${stan.slice(0, 2)}0000`,
      11: stan,
      18: "5411",
      22: "072",
      25: "00",
      32: "48020000",
      33: "48020000",
      41: "T0000001",
      42: "M00000000000001",
      49: "156",
    },
  };
}
const cups = (message: IsoMessage) => toHex(encodeCupsFrame(HEADER, message));
const at = (seconds: number) => new Date(1_795_507_200_000 + seconds * 1000).toISOString();

describe("ISO 8583 logs", () => {
  test.each([
    ["51", "fundsInsufficient", "inferred"],
    ["41", "cardReportedLost", "inferred"],
    ["05", undefined, "unclear"],
    ["96", undefined, "unclear"],
    ["00", undefined, "proven"],
  ])("an acquirer's log of a sale answered %s", (code, cause, certainty) => {
    const request = sale("000123");
    const log = `# terminal line 3\n${at(0)} acquirer>network ${cups(request)}\n\n${at(1)} network>acquirer ${cups(answerTo(request, code))}\n`;
    const journeys = importIso8583(log);
    expect(journeys.map(({ journeyId }) => journeyId)).toEqual(["iso-1124000000-000123-48020000-48020000"]);
    const [finding] = found(journeys);
    expect([finding!.cause, finding!.certainty]).toEqual([cause, certainty]);
    expect(journeys[0]!.holdings[0]!.facts[0]!.data["suffix"]).toBe("0019");
  });

  test("no answer, taken back: first pending, then done; other sales of the log stay apart", () => {
    const request = sale("000124");
    const other = sale("000125");
    const reversal = reversalOf(request, { f7: "1124000030", f11: "000126" }, "98");
    const rows = [
      `${at(0)} out ${cups(request)}`,
      `${at(2)} out ${cups(other)}`,
      `${at(3)} in ${cups(answerTo(other, "00"))}`,
      `${at(25)} out ${cups(reversal)}`,
    ];
    const open = found(importIso8583(rows.join("\n")));
    expect(open.map(({ cause }) => cause)).toEqual(["reversalPending", undefined]);
    const done = found(importIso8583([...rows, `${at(26)} in ${cups(answerTo(reversal, "00"))}`].join("\n")));
    expect(done.map(({ cause, milestone }) => cause ?? milestone)).toEqual(["answerLostReversed", "paid"]);
  });

  test("a log that ends soon after the request: on its way; one that goes on: nobody knows where it stayed", () => {
    const request = `${at(0)} out ${cups(sale("000127"))}`;
    expect(found(importIso8583(request))[0]).toMatchObject({ cause: undefined, milestone: "paying" });
    const [, late] = [0, found(importIso8583(`${request}\n${at(90)} out ${cups(sale("000128"))}`))[0]!];
    expect(late).toMatchObject({
      certainty: "unclear",
      between: ["requestNotReceived", "receiverStuck", "answerLost"],
      ask: ["network"],
    });
  });

  test("the logs of two parties in one file show where it broke", () => {
    const request = cups(sale("000129"));
    const entries = [
      { at: at(0), log: "network", from: "network", to: "issuer", hex: request },
      { at: at(0.2), log: "issuer", from: "network", to: "issuer", hex: request },
      { at: at(60), log: "network", from: "network", to: "issuer", hex: cups(sale("000130")) },
      { at: at(60), log: "issuer", from: "network", to: "issuer", hex: cups(sale("000130")) },
    ];
    expect(found(importIso8583(JSON.stringify(entries)))[0]).toMatchObject({
      cause: "receiverStuck",
      stoppedBy: { kind: "party", party: "issuer" },
    });
    const lines = entries
      .filter(({ log }, i) => log === "network" || i === 3)
      .map((entry) => JSON.stringify(entry))
      .join("\n");
    expect(found(importIso8583(lines))[0]).toMatchObject({
      cause: "requestNotReceived",
      stoppedBy: { kind: "link", from: "network", to: "issuer" },
    });
  });

  test("a terminal's messages, packed, with TPDU and header", () => {
    const request: IsoMessage = {
      mti: "0200",
      fields: {
        2: PAN,
        3: "000000",
        4: "000000010000",
        11: "000042",
        22: "072",
        25: "00",
        41: "T0000001",
        42: "M00000000000001",
        49: "156",
        60: "22000001000",
      },
    };
    const answer: IsoMessage = {
      mti: "0210",
      fields: {
        3: "000000",
        4: "000000010000",
        11: "000042",
        37: "000000000042",
        39: "55",
        41: "T0000001",
        42: "M00000000000001",
        49: "156",
      },
    };
    const packed = (message: IsoMessage) => `6000000000602200000000${toHex(encodeMessage(POS_BCD, message))}`;
    const log = [`${at(0)} out ${packed(request)}`, `${at(1)} in ${packed(answer)}`].join("\n");
    const journeys = importIso8583(log, { dialect: "bcd", log: "terminal", peer: "acquirer" });
    expect(journeys[0]!.journeyId).toBe("pos-T0000001-000042");
    const [finding] = found(journeys);
    expect(finding).toMatchObject({ certainty: "unclear" });
    expect(finding!.between).toEqual(expect.arrayContaining(["pinWrong", "pinReblockFailed"]));
  });

  test("the same without header", () => {
    const log = `${at(0)} out ${toHex(encodeMessage(CUPS, sale("000131")))}`;
    expect(importIso8583(log)).toHaveLength(1);
  });

  test.each([
    ["", "missing at byte 0 in line 1"],
    ["yesterday out 3032", "badValue at byte 0 in line 1 > time"],
    [`${at(0)} out`, "missing at byte 0 in line 1 > message"],
    [`${at(0)} sideways 3032`, "badValue at byte 0 in line 1 > direction"],
    [`${at(0)} tsp>issuer 3032`, "badValue at byte 0 in line 1 > direction"],
    [`# fine\n${at(0)} out xyz`, "badDigit at byte 7 in line 2 > hex"],
    [`${at(0)} out 3032`, "truncated at byte 2 in line 1 > bitmap"],
    ['[{"at": "soon", "hex": ""}]', "badValue at byte 0 in entry 1 > at"],
    ['[{"hex": ""}]', "missing at byte 0 in entry 1 > at"],
    ['[{"at": 1795507200000}]', "missing at byte 0 in entry 1 > hex"],
    ['[{"at": 1795507200000, "hex": {}}]', "badValue at byte 0 in entry 1 > hex"],
    ['[{"at": 1795507200000, "hex": "", "direction": "out", "log": "bank"}]', "badValue at byte 0 in entry 1 > log"],
  ])("refuses %j with its place and without its value", (log, message) => {
    expect(() => importIso8583(log)).toThrowError(new DecodeError("badValue", 0).constructor as never);
    expect(() => importIso8583(log)).toThrow(message);
  });
});

const authorise = {
  requestId: "123456",
  services: ["DIGITIZATION"],
  correlationId: "A1B2-C3",
  tokenRequestorId: "40010030273",
  walletId: "103",
  tokenType: "EMBEDDED_SE",
  encryptedData: "0123456789ABCDEF",
  cardholderName: "ZHANG SAN",
  deviceName: "Li's phone",
  recommendedDecision: "REQUIRE_ADDITIONAL_AUTHENTICATION",
  recommendationStandardVersion: "01",
  deviceScore: "3",
  accountScore: "4",
  recommendationReasons: ["ACCOUNT_TOO_NEW"],
  phone: PHONE,
};

describe("MDES-style notifications", () => {
  test.each([
    [{ decision: "DECLINED", cvcResponse: "N" }, {}, "cvnMismatch", "proven"],
    [{ decision: "DECLINED", declineReason: "CARD_EXPIRED" }, {}, "cardExpired", "proven"],
    [{ decision: "DECLINED", declineReasons: ["CARD_LOST", "CVC_MISMATCH"] }, {}, "cardReportedLost", "proven"],
    [{ decision: "DECLINED" }, {}, undefined, "unclear"],
    [{ decision: "DECLINED" }, { recommendedDecision: "DECLINED" }, "walletAdvisesNo", "inferred"],
    [{ decision: "REQUIRE_ADDITIONAL_AUTHENTICATION", activationMethods: [] }, {}, "noUsableMethod", "proven"],
    [
      {
        decision: "REQUIRE_ADDITIONAL_AUTHENTICATION",
        activationMethods: [{ type: "TEXT_TO_CARDHOLDER_NUMBER", value: "138****8000" }],
      },
      {},
      undefined,
      "proven",
    ],
    [{ decision: "APPROVED" }, {}, undefined, "proven"],
  ])("answered %j after %j: %s, %s", (response, more, cause, certainty) => {
    const [finding] = found(
      importMdes(
        JSON.stringify([
          { ...authorise, ...more },
          { responseId: "123456", ...response },
        ]),
      ),
    );
    expect([finding!.cause, finding!.certainty]).toEqual([cause, certainty]);
  });

  test("no answer of the bank's own host: stuck there, if it was asked at all", () => {
    const log = [
      { at: "2026-11-24T08:00:00Z", name: "authorizeService", body: authorise },
      { at: "2026-11-24T08:05:00Z", name: "getTaskStatus", body: { correlationId: "other" } },
    ];
    expect(found(importMdes(JSON.stringify(log)))[0]).toMatchObject({
      certainty: "unclear",
      between: ["receiverStuck", "factsContradict"],
      ask: ["tsp"],
    });
  });

  test("a code that nobody types, and a sender that took none", () => {
    const log = [
      { at: "2026-11-24T08:00:00Z", name: "authorizeService", body: authorise },
      {
        at: "2026-11-24T08:00:01Z",
        name: "authorizeServiceResponse",
        body: {
          decision: "REQUIRE_ADDITIONAL_AUTHENTICATION",
          activationMethods: [{ type: "TEXT_TO_CARDHOLDER_NUMBER", value: "X" }],
        },
      },
      {
        at: "2026-11-24T08:00:30Z",
        name: "deliverActivationCode",
        body: { correlationId: "A1B2-C3", activationCode: CODE, codeExpiry: "2026-11-24T08:30:00Z" },
      },
    ];
    const waiting = [...log, { at: "2026-11-24T08:20:00Z", name: "keepAlive", body: {} }];
    expect(found(importMdes(JSON.stringify(log)))[0]).toMatchObject({ cause: undefined, milestone: "codeDue" });
    expect(found(importMdes(JSON.stringify(waiting)))[0]!.cause).toBe("codeUnclaimed");
    const failed = log.map((entry) =>
      entry.name === "deliverActivationCode"
        ? { ...entry, body: { ...entry.body, errorCode: "DELIVERY_FAILED" } }
        : entry,
    );
    expect(found(importMdes(JSON.stringify(failed)))[0]!.cause).toBe("codeNotSent");
  });

  test("suspended by the bank, then resumed; the token's journey is found again by its reference", () => {
    const token = "DWSPMC000000000132d72d4fcb2f4136a0532d3093ff1a45";
    const log = [
      authorise,
      { decision: "APPROVED" },
      {
        name: "notifyServiceActivated",
        body: { correlationId: "A1B2-C3", tokenUniqueReference: token, decision: "APPROVED", token: TOKEN_PAN },
      },
      {
        name: "notifyTokenUpdated",
        body: {
          correlationId: "Z9",
          tokens: [{ tokenUniqueReference: token, status: "SUSPENDED", suspendedBy: ["ISSUER"] }],
          reasonCode: "STATUS_UPDATE",
        },
      },
    ];
    const suspended = importMdes(JSON.stringify(log));
    const own = suspended.filter(({ journeyId }) => journeyId === "mdes-A1B2-C3");
    expect(found(own)[0]).toMatchObject({ cause: "tokenSuspendedByIssuer", certainty: "inferred" });
    const resumed = importMdes(
      JSON.stringify([
        ...log,
        {
          name: "notifyTokenUpdated",
          body: { tokens: [{ tokenUniqueReference: token, status: "ACTIVE", suspendedBy: [] }] },
        },
      ]),
    );
    expect(found(resumed.filter(({ journeyId }) => journeyId === "mdes-A1B2-C3"))[0]!.cause).toBeUndefined();
  });

  test.each([
    ["", "missing"],
    ["[]", "missing at byte 0 in entry 1"],
    ["[1]", "badValue at byte 0 in entry 1"],
    ['{"services": 1}\n{"decision', "badValue at byte 16 in line 2"],
    ['[{"correlationId": {}}]', "badValue at byte 0 in entry 1 > correlationId"],
    ['[{"name": "x", "body": [1]}]', "badValue at byte 0 in entry 1 > body"],
    ['[{"tokens": [7]}]', "badValue at byte 0 in entry 1 > tokens > 0"],
    ['[{"at": "noon", "decision": "DECLINED"}]', "badValue at byte 0 in entry 1 > at"],
  ])("refuses %j with its place", (log, message) => {
    expect(() => importMdes(log)).toThrow(message);
  });
});

const approval = {
  event_type: "tokenization.approval_request",
  created: "2026-11-24T08:00:00Z",
  card_token: "00000000-0000-0000-0000-000000000001",
  tokenization_token: "5a2c1d7e",
  tokenization_channel: "DIGITAL_WALLET",
  wallet_decisioning_info: {
    account_score: "4",
    device_score: "3",
    recommended_decision: "REQUIRE_ADDITIONAL_AUTHENTICATION",
    recommendation_reasons: ["ACCOUNT_TOO_NEW"],
  },
  device: { imei: "0123456789ABCDEF", phone_number: PHONE },
};

describe("Lithic-style webhooks", () => {
  test.each([
    [["ACCOUNT_SCORE_1"], "walletAdvisesNo", "inferred"],
    [["WALLET_RECOMMENDED_DECISION_RED", "DEVICE_SCORE_1"], "walletAdvisesNo", "inferred"],
    [["CVC_MISMATCH"], "cvnMismatch", "proven"],
    [["CARD_EXPIRY_MONTH_MISMATCH"], "expiryMismatch", "proven"],
    [["CARD_EXPIRY_MONTH_MISMATCH", "CVC_MISMATCH"], "expiryMismatch", "proven"],
    [["CARD_INVALID_STATE"], undefined, "unclear"],
    [["NETWORK_FAILURE"], undefined, "unclear"],
    [["GENERIC_DECLINE"], undefined, "unclear"],
    [["SOMETHING_NEW"], undefined, "unclear"],
    [[], undefined, "unclear"],
  ])("declined for %j: %s, %s", (reasons, cause, certainty) => {
    const log = { ...approval, issuer_decision: "DECLINED", tokenization_decline_reasons: reasons };
    const [finding] = found(importLithic(JSON.stringify(log)));
    expect([finding!.cause, finding!.certainty]).toEqual([cause, certainty]);
    if (reasons[0] === "CARD_INVALID_STATE") expect(finding!.between).toContain("cardNotActivated");
  });

  test("verified by a code, then active, paused and closed", () => {
    const events: object[] = [
      { ...approval, issuer_decision: "VERIFICATION_REQUIRED", tokenization_tfa_reasons: ["WALLET_RECOMMENDED_TFA"] },
    ];
    const push = (event_type: string, created: string, payload: object) =>
      events.push({
        event_type: `tokenization.${event_type}`,
        payload: { created, tokenization_token: "5a2c1d7e", ...payload },
      });
    const state = () => found(importLithic(JSON.stringify(events)))[0]!;
    expect(state().milestone).toBe("methodDue");
    push("two_factor_authentication_code", "2026-11-24T08:00:10Z", {
      authentication_code: CODE,
      activation_method: { type: "TEXT_TO_CARDHOLDER_NUMBER", value: PHONE },
    });
    push("two_factor_authentication_code_sent", "2026-11-24T08:00:11Z", {});
    expect(state()).toMatchObject({ cause: undefined, milestone: "codeDue" });
    push("result", "2026-11-24T08:01:00Z", {
      tokenization_result_details: {
        issuer_decision: "APPROVED",
        tokenization_activated_date_time: "2026-11-24T08:01:00Z",
      },
    });
    expect(state().cause).toBeUndefined();
    push("updated", "2026-11-24T09:00:00Z", { tokenization: { token: "5a2c1d7e", status: "PAUSED" } });
    expect(state().cause).toBe("tokenSuspendedByIssuer");
    push("updated", "2026-11-24T09:30:00Z", { tokenization: { token: "5a2c1d7e", status: "ACTIVE" } });
    expect(state().cause).toBeUndefined();
  });

  test.each([
    ['{"event_type": ["x"]}', "badValue at byte 0 in entry 1 > event_type"],
    [
      '{"event_type": "tokenization.approval_request", "wallet_decisioning_info": "red"}',
      "badValue at byte 0 in entry 1 > wallet_decisioning_info",
    ],
    [
      '{"event_type": "tokenization.approval_request", "issuer_decision": "DECLINED", "tokenization_decline_reasons": [1]}',
      "badValue at byte 0 in entry 1 > tokenization_decline_reasons",
    ],
  ])("refuses %j with its place", (log, message) => {
    expect(() => importLithic(log)).toThrow(message);
  });
});

const provisioning = {
  lifeCycleTraceId: "424242",
  panReferenceID: "V-3815023863409817870482",
  walletAccountEmailAddressHash: "x",
  panSource: "KEY_ENTERED",
  cardholderInfo: { primaryAccountNumber: PAN, name: "ZHANG SAN", cvv2: "123" },
  riskInformation: {
    walletProviderRiskAssessment: "2",
    walletProviderReasonCodes: "01,0G",
    walletProviderAccountScore: "3",
  },
};

describe("VTS-style approvals", () => {
  test.each([
    [{ actionCode: "05" }, {}, undefined, "unclear"],
    [{ actionCode: "05" }, { walletProviderRiskAssessment: "1" }, "walletAdvisesNo", "inferred"],
    [{ actionCode: "05", cvv2ResultsCode: "N" }, {}, "cvnMismatch", "proven"],
    [{ actionCode: "54" }, {}, "cardExpired", "proven"],
    [{ actionCode: "85" }, {}, undefined, "proven"],
    [{ actionCode: "00" }, {}, undefined, "proven"],
  ])("answered %j with risk %j: %s, %s", (answer, risk, cause, certainty) => {
    const log = [{ ...provisioning, riskInformation: { ...provisioning.riskInformation, ...risk } }, answer];
    const [finding] = found(importVts(JSON.stringify(log)));
    expect([finding!.cause, finding!.certainty]).toEqual([cause, certainty]);
  });

  test("the token of a journey is followed by its reference", () => {
    const token = {
      tokenReferenceID: "DNITHE301234567890123456",
      tokenInfo: { token: TOKEN_PAN, tokenStatus: "ACTIVE" },
    };
    const log = [
      provisioning,
      { actionCode: "85" },
      { name: "sendPasscode", body: { otp: CODE, otpReason: "PROVISIONING" } },
      { ...token, messageReasonCode: "TOKEN_CREATED" },
    ];
    const journeys = importVts(JSON.stringify(log));
    expect(journeys.map(({ journeyId }) => journeyId)).toEqual(["vts-424242"]);
    expect(found(journeys)[0]!.cause).toBeUndefined();
    const suspended = [
      ...log,
      { ...token, tokenInfo: { tokenStatus: "SUSPENDED" }, messageReasonCode: "TOKEN_SUSPENDED_BY_ISSUER" },
    ];
    expect(found(importVts(JSON.stringify(suspended)))[0]!.cause).toBe("tokenSuspendedByIssuer");
  });
});

describe("anything at all", () => {
  const importers = { importIso8583, importMdes, importLithic, importVts };
  const seeds = [
    JSON.stringify([authorise, { decision: "DECLINED" }]),
    JSON.stringify(approval),
    JSON.stringify([provisioning, { actionCode: "05" }]),
    `${at(0)} out ${cups(sale("000132"))}`,
  ];
  const spoilt = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(), fc.string({ maxLength: 6 }))
    .map(([seed, place, put]) => {
      const i = place % seed.length;
      return seed.slice(0, i) + put + seed.slice(i + put.length);
    });

  test.each(Object.entries(importers))("%s gives journeys that can be diagnosed, or a DecodeError", (_, read) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), spoilt, fc.json()), (log) => {
        try {
          for (const { holdings } of read(log)) diagnose(holdings);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
