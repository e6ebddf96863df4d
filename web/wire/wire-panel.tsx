import { ExternalLink, Waypoints } from "lucide-react";
import { lazy, Suspense } from "react";
import { usePage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { Panel } from "../ui/panel.tsx";
import { PANEL_TEXT } from "./panel-words.ts";

/** Loaded beside the wallet, not before it: who only pays never needs it. */
const WireView = lazy(async () => ({ default: (await import("./view.tsx")).WireView }));

/** What passes between the parties, in order, as it happens. */
export function WirePanel() {
  const { feed } = usePage();
  const say = useSay();
  return (
    <Panel
      title={say(PANEL_TEXT.title)}
      icon={Waypoints}
      hint={say(PANEL_TEXT.hint)}
      className="h-full"
      aside={
        <a
          href="/wire"
          target="_blank"
          rel="noreferrer"
          className="flex shrink-0 items-center gap-1 rounded-lg px-2 py-1 text-[13px] font-semibold text-accent hover:bg-accent-soft"
        >
          <ExternalLink aria-hidden="true" className="size-4" /> {say(PANEL_TEXT.openPlace)}
        </a>
      }
    >
      <div className="flex h-full flex-col">
        <Suspense>
          <WireView feed={feed} />
        </Suspense>
      </div>
    </Panel>
  );
}
