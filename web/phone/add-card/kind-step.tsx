import { CreditCard, Landmark, type LucideIcon } from "lucide-react";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button, Spinner } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { DeviceIcon } from "../devices/device-icon.tsx";
import type { Asked, Elsewhere } from "../devices/flow.ts";
import { deviceName } from "../devices/names.ts";
import { MiniCard } from "../mini-card.tsx";
import { ADD_TEXT } from "./words.ts";

/** Which card: one that is typed or scanned, or one that another device of the account has already. */
export function KindStep() {
  const { addCard, devices, phone } = usePage();
  const { elsewhere, asked, fault } = useStore(devices.state);
  const state = useStore(phone.state);
  const say = useSay();
  const language = useLanguage();
  if (asked !== undefined) return <AskedFor asked={asked} />;
  const here = new Set(state.kind === "ready" ? state.passes.map(sameCard) : []);
  const cards = elsewhere.flatMap(({ device, passes }) =>
    passes
      .filter((pass) => pass.token.status === "active" && !here.has(sameCard(pass)))
      .map((pass) => ({ device, pass })),
  );
  return (
    <div className="rise grid gap-5">
      <h3 className="text-[17px] font-bold">{say(ADD_TEXT.kindTitle)}</h3>
      {fault !== undefined && <FaultNote fault={fault} />}
      <Kind
        icon={CreditCard}
        title={say(ADD_TEXT.bankCard)}
        text={say(ADD_TEXT.bankCardText)}
        onPick={() => void addCard.start(language)}
      />
      {phone.model.kind === "phone" && (
        <a
          href="/bank-app"
          target="_blank"
          rel="noopener"
          className="-mt-3 flex items-center gap-3.5 rounded-2xl bg-panel-2 px-4 py-4 text-left transition hover:bg-accent-soft"
        >
          <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent">
            <Landmark aria-hidden="true" className="size-6" />
          </span>
          <span className="leading-snug">
            <span className="block text-[16px] font-semibold">{say(ADD_TEXT.fromBank)}</span>
            <span className="block text-[13px] text-ink-3">{say(ADD_TEXT.fromBankText)}</span>
          </span>
        </a>
      )}
      {cards.length > 0 && (
        <section className="grid gap-2">
          <h4 className="px-1 text-[13px] font-bold text-ink-2">{say(ADD_TEXT.yours)}</h4>
          <ul className="overflow-hidden rounded-2xl bg-panel-2">
            {cards.map(({ device, pass }) => (
              <li key={pass.passId} className="border-line not-first:border-t">
                <YourCard device={device} pass={pass} />
              </li>
            ))}
          </ul>
          <p className="px-1 text-xs text-ink-3">{say(ADD_TEXT.ask)}</p>
        </section>
      )}
    </div>
  );
}

function sameCard({ product, token }: Elsewhere["passes"][number]): string {
  return `${product.art}/${token.panSuffix}`;
}

function YourCard({ device, pass }: { device: Elsewhere["device"]; pass: Elsewhere["passes"][number] }) {
  const { addCard, devices } = usePage();
  const say = useSay();
  const language = useLanguage();
  const credit = pass.product.kind === "credit";
  return (
    <button
      type="button"
      onClick={() => void (credit ? addCard.start(language) : devices.ask(device, [pass.passId]))}
      className="flex w-full items-center gap-3 px-3.5 py-3 text-left transition hover:bg-accent-soft"
    >
      <MiniCard pass={pass} />
      <span className="min-w-0 flex-1 leading-snug">
        <span className="block truncate text-[15px] font-semibold">
          {say(pass.product.name)} <span className="tabular">{pass.token.panSuffix}</span>
        </span>
        <span className="block truncate text-[13px] text-ink-3">
          {say(credit ? ADD_TEXT.typeAgain : ADD_TEXT.on(say(deviceName(device))))}
        </span>
      </span>
    </button>
  );
}

function Kind({
  icon: Icon,
  title,
  text,
  onPick,
}: {
  icon: LucideIcon;
  title: string;
  text: string;
  onPick: () => void;
}) {
  return (
    <button
      type="button"
      onClick={onPick}
      className="flex items-center gap-3.5 rounded-2xl bg-panel-2 px-4 py-4 text-left transition hover:bg-accent-soft"
    >
      <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent text-accent-ink">
        <Icon aria-hidden="true" className="size-6" />
      </span>
      <span className="leading-snug">
        <span className="block text-[16px] font-semibold">{title}</span>
        <span className="block text-[13px] text-ink-3">{text}</span>
      </span>
    </button>
  );
}

/** The other device is to confirm: this one waits, and goes on by itself. */
function AskedFor({ asked }: { asked: Asked }) {
  const { devices } = usePage();
  const say = useSay();
  return (
    <div className="rise grid justify-items-center gap-4 py-6 text-center">
      <span className="breathe grid size-20 place-items-center rounded-full bg-accent-soft text-accent">
        <DeviceIcon kind={asked.from.kind} className="size-10" />
      </span>
      <div role="status">
        <p className="text-[19px] font-bold">{say(ADD_TEXT.askedTitle(say(deviceName(asked.from))))}</p>
        <p className="mx-auto mt-1 max-w-72 text-[14px] leading-relaxed text-ink-2">{say(ADD_TEXT.askedText)}</p>
      </div>
      <Spinner className="size-5 text-accent" />
      <Button look="plain" onClick={() => devices.stopAsking()}>
        {say(TEXT.cancel)}
      </Button>
    </div>
  );
}
