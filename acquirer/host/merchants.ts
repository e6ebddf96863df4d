import type { Db } from "#contracts/ports";

/** Which of UnionPay's applications a terminal has been given. */
export type TerminalApplications = "all" | "debit" | "credit";

export interface Terminal {
  readonly id: string;
  readonly merchantId: string;
  readonly merchantName: string;
  /** F43, 40 bytes: what reaches the bank. ASCII, since the wire's Chinese is GBK. */
  readonly wireName: string;
  readonly mcc: string;
  /** Closed for payments altogether, or not opened for taps. */
  readonly blocked: boolean;
  readonly contactless: boolean;
  /** Its parameters: which applications it knows, and whether it asks for them in EMV mode. */
  readonly applications: TerminalApplications;
  readonly emvMode: boolean;
}

/** The invented shops of the demo. */
export const DEMO_MERCHANTS: readonly {
  readonly id: string;
  readonly name: string;
  readonly wireName: string;
  readonly mcc: string;
  readonly terminals: readonly string[];
}[] = [
  {
    id: "999000150810001",
    name: "示范咖啡",
    wireName: "CHN29000DEMO CAFE",
    mcc: "5814",
    terminals: ["T0000001", "T0000002"],
  },
  { id: "999000150810002", name: "示范超市", wireName: "CHN29000DEMO MARKET", mcc: "5411", terminals: ["T0000003"] },
];

export async function seedMerchants(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { id, name, mcc, terminals } of DEMO_MERCHANTS) {
      await tx.query({ text: "insert into merchant (id, name, mcc) values ($1, $2, $3) on conflict do nothing" }, [
        id,
        name,
        mcc,
      ]);
      for (const terminal of terminals) {
        await tx.query({ text: "insert into terminal (id, merchant_id) values ($1, $2) on conflict do nothing" }, [
          terminal,
          id,
        ]);
      }
    }
  });
}

export async function loadTerminals(db: Db): Promise<ReadonlyMap<string, Terminal>> {
  const rows = await db.query<{
    id: string;
    merchant_id: string;
    name: string;
    mcc: string;
    blocked: boolean;
    contactless: boolean;
    applications: TerminalApplications;
    emv_mode: boolean;
  }>({
    text: `select t.id, t.merchant_id, t.applications, t.emv_mode, m.name, m.mcc, m.blocked, m.contactless
      from terminal t join merchant m on m.id = t.merchant_id order by t.id`,
  });
  return new Map(
    rows.map((row) => {
      const demo = DEMO_MERCHANTS.find(({ id }) => id === row.merchant_id);
      return [
        row.id,
        {
          id: row.id,
          merchantId: row.merchant_id,
          merchantName: row.name,
          wireName: (demo?.wireName ?? "CHN29000MERCHANT").padEnd(40, " "),
          mcc: row.mcc,
          blocked: row.blocked,
          contactless: row.contactless,
          applications: row.applications,
          emvMode: row.emv_mode,
        },
      ];
    }),
  );
}

export interface MerchantChange {
  readonly blocked?: boolean;
  readonly contactless?: boolean;
  /** Its kind: merchant category code. */
  readonly mcc?: string;
}

/** What the acquirer's desk may set of a merchant. False: there is none of that id. */
export async function setMerchant(
  db: Db,
  merchantId: string,
  { blocked, contactless, mcc }: MerchantChange,
): Promise<boolean> {
  const rows = await db.query(
    {
      text: `update merchant set blocked = coalesce($2, blocked), contactless = coalesce($3, contactless),
          mcc = coalesce($4, mcc) where id = $1 returning id`,
    },
    [merchantId, blocked ?? null, contactless ?? null, mcc ?? null],
  );
  return rows.length > 0;
}

/** What the acquirer loads into a terminal. False: there is none of that id. */
export async function setTerminal(
  db: Db,
  terminalId: string,
  { applications, emvMode }: Partial<Pick<Terminal, "applications" | "emvMode">>,
): Promise<boolean> {
  const rows = await db.query(
    {
      text: `update terminal set applications = coalesce($2, applications), emv_mode = coalesce($3, emv_mode)
        where id = $1 returning id`,
    },
    [terminalId, applications ?? null, emvMode ?? null],
  );
  return rows.length > 0;
}
