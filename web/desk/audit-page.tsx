import { ScrollText } from "lucide-react";
import type { Words } from "#contracts/common";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { momentText } from "../text/shown.ts";
import { Panel } from "../ui/panel.tsx";
import type { AuditEntry } from "./desk.ts";
import { useDesk } from "./desk-context.ts";
import { DEEDS, DESK, NAMES, REASONS } from "./words.ts";

/** Everything that anybody did, newest first. */
export function AuditPage() {
  const { desk } = useDesk();
  const { audit } = useStore(desk.state);
  const say = useSay();
  return (
    <Panel title={say(DESK.audit)} icon={ScrollText} className="flex-1">
      <AuditList entries={audit ?? []} />
    </Panel>
  );
}

const plain = (text: string): Words => ({ zh: text, en: text });

export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  const say = useSay();
  const language = useLanguage();
  if (entries.length === 0) return <p className="py-4 text-center text-[13px] text-ink-3">{say(DESK.noAudit)}</p>;
  return (
    <ul>
      {entries.map((entry, i) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id and never move among each other
          key={entries.length - i}
          className="grid gap-x-4 gap-y-0.5 border-line py-2.5 text-[14px] not-first:border-t sm:grid-cols-[9rem_11rem_minmax(0,1fr)_auto]"
        >
          <span className="font-semibold">
            {say(NAMES[entry.name] ?? plain(entry.name))}
            {entry.secondName !== undefined && (
              <span className="block text-[13px] font-normal text-ink-3">{say(DESK.second(entry.secondName))}</span>
            )}
          </span>
          <span>{say(DEEDS[entry.action] ?? plain(entry.action))}</span>
          <span className="min-w-0 break-words text-ink-2">
            <span className="font-mono text-xs text-ink-3">{entry.subject}</span>
            {entry.reason === "" ? "" : ` · ${say(REASONS[entry.reason] ?? plain(entry.reason))}`}
          </span>
          <span className="tabular text-[13px] text-ink-3">{momentText(entry.at, language)}</span>
        </li>
      ))}
    </ul>
  );
}
