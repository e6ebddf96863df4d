import { MessageSquareText } from "lucide-react";
import { useLocation } from "wouter";
import type { Sms } from "../adapters/demo-events.ts";
import { usePage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Panel } from "../ui/panel.tsx";
import { codeOf } from "./code-of.ts";

/** Every text message of the demo, whoever's phone it went to. */
export function InboxPanel() {
  const { feed } = usePage();
  const messages = useStore(feed.sms);
  const say = useSay();
  return (
    <Panel title={say(TEXT.inbox.title)} icon={MessageSquareText} hint={say(TEXT.inbox.hint)}>
      {messages.length === 0 ? (
        <p className="px-2 py-6 text-center text-[13px] leading-relaxed text-ink-3">{say(TEXT.inbox.empty)}</p>
      ) : (
        <ul className="grid gap-2.5">
          {messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Message({ message }: { message: Sms }) {
  const { addCard } = usePage();
  const step = useStore(addCard.state);
  const say = useSay();
  const language = useLanguage();
  const [, go] = useLocation();
  const code = codeOf(message.text);
  const wanted = step.step === "verify" && step.binding.codeSent !== undefined && !step.busy;

  function fill(): void {
    if (code === undefined) return;
    go("/");
    void addCard.submitCode(code);
  }
  return (
    <li className="rise">
      <p className="mb-1 flex justify-between px-1 text-xs text-ink-3">
        <span>{say(TEXT.inbox.to(message.toMobile))}</span>
        <span className="tabular">{clockText(message.at, language)}</span>
      </p>
      <div className="rounded-2xl rounded-tl-md bg-panel-2 px-3.5 py-2.5">
        <p className="text-[13px] leading-relaxed break-words">{message.text}</p>
        {code !== undefined && wanted && (
          <button
            type="button"
            onClick={fill}
            className="mt-2 rounded-full bg-accent px-3.5 py-1.5 text-[13px] font-semibold text-accent-ink"
          >
            {say(TEXT.inbox.fill)} {code}
          </button>
        )}
      </div>
    </li>
  );
}
