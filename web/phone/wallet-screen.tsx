import { ContactRound, KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { usePage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button, Spinner } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { CardDetail } from "./card-detail.tsx";
import { CardStack } from "./card-stack.tsx";
import { DEVICES_TEXT } from "./devices/words.ts";
import { NoticeList } from "./notice-list.tsx";
import { OfflineNote } from "./offline-note.tsx";
import type { ReadyPhone } from "./phone.ts";
import { SettingsSheet } from "./settings-sheet.tsx";
import { Unfinished } from "./unfinished.tsx";

const SHOWN_AT_HOME = 8;

/** The wallet: cards in a stack, one opened, or the invitation to add the first. */
export function WalletScreen({ state }: { state: ReadyPhone }) {
  const { addCard, pay, phone } = usePage();
  const say = useSay();
  const [opened, setOpened] = useState<string | undefined>(undefined);
  const [settings, setSettings] = useState(false);
  const pass = state.passes.find((one) => one.passId === opened);
  const front = state.passes.find((one) => one.isDefault) ?? state.passes[0];

  return (
    <>
      <header className="flex shrink-0 items-center justify-between px-5 pb-2">
        <h2 className="text-[30px] font-bold tracking-tight">{say(TEXT.wallet.title)}</h2>
        <div className="flex gap-2">
          <RoundButton label={say(TEXT.wallet.settings)} onClick={() => setSettings(true)}>
            <ContactRound aria-hidden="true" className="size-5" />
          </RoundButton>
          <RoundButton label={say(TEXT.wallet.add)} onClick={() => addCard.open()}>
            <Plus aria-hidden="true" className="size-6" />
          </RoundButton>
        </div>
      </header>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="no-bar min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pt-1 pb-6 -outline-offset-2"
      >
        <Conditions state={state} />
        {pass !== undefined ? (
          <CardDetail pass={pass} notices={state.notices} onBack={() => setOpened(undefined)} />
        ) : (
          <div className="grid grid-cols-1 gap-4">
            <Unfinished bindings={state.bindings} />
            {state.passes.length === 0 && (state.loaded ? <Empty /> : <Loading />)}
            {state.passes.length > 0 && <CardStack passes={state.passes} onOpen={setOpened} />}
            {front !== undefined && !phone.model.nfc && (
              <p className="text-center text-[13px] text-ink-3">{say(DEVICES_TEXT.appsOnly)}</p>
            )}
            {front !== undefined && phone.model.nfc && (
              <Button
                disabled={front.token.status !== "active"}
                onClick={() => void pay.start(front)}
                aria-label={say(TEXT.wallet.payWith(front.token.panSuffix))}
                size="large"
              >
                {say(TEXT.wallet.pay)}
              </Button>
            )}
            {state.passes.length > 0 && <NoticeList notices={state.notices.slice(0, SHOWN_AT_HOME)} />}
          </div>
        )}
      </div>
      <SettingsSheet open={settings} state={state} onClose={() => setSettings(false)} />
    </>
  );
}

function RoundButton({ label, onClick, children }: { label: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className="grid size-10 place-items-center rounded-full bg-panel text-accent shadow-panel transition hover:brightness-95 dark:hover:brightness-125"
    >
      {children}
    </button>
  );
}

/** What the holder must know before anything else: connection, keys that live in memory, storage. */
function Conditions({ state }: { state: ReadyPhone }) {
  const say = useSay();
  return (
    <div className="grid gap-2 not-empty:mb-3">
      <OfflineNote state={state} />
      {state.trouble !== undefined && <FaultNote fault={state.trouble} />}
      {state.keyRoom === "fetched" && (
        <p className="flex items-center gap-2 rounded-2xl bg-panel px-3.5 py-2.5 text-[13px] leading-snug text-ink-2">
          <KeyRound aria-hidden="true" className="size-4 shrink-0" /> {say(TEXT.wallet.noKeysKept)}
        </p>
      )}
    </div>
  );
}

function Loading() {
  const say = useSay();
  return (
    <p className="flex items-center justify-center gap-2.5 py-20 text-sm text-ink-3">
      <Spinner /> {say(TEXT.wallet.loading)}
    </p>
  );
}

function Empty() {
  const { addCard } = usePage();
  const say = useSay();
  return (
    <button
      type="button"
      onClick={() => addCard.open()}
      className="rise grid aspect-[342/216] w-full place-content-center justify-items-center gap-2 rounded-[18px] border-2 border-line border-dashed px-8 text-center transition hover:border-accent"
    >
      <span className="grid size-12 place-items-center rounded-full bg-accent-soft text-accent">
        <Plus aria-hidden="true" className="size-6" />
      </span>
      <span className="text-[17px] font-bold">{say(TEXT.wallet.emptyTitle)}</span>
      <span className="text-[13px] leading-relaxed text-ink-2">{say(TEXT.wallet.emptyText)}</span>
    </button>
  );
}
