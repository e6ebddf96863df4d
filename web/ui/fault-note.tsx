import { CircleAlert } from "lucide-react";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";

/** What happened and what to do about it. */
export function FaultNote({ fault, className = "" }: { fault: Fault; className?: string }) {
  const say = useSay();
  return (
    <div role="alert" className={`flex gap-2.5 rounded-2xl bg-bad-soft px-3.5 py-3 text-left text-bad ${className}`}>
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4.5 shrink-0" />
      <div className="min-w-0 text-[13px] leading-snug">
        <p className="font-semibold">{say(fault.what)}</p>
        <p className="mt-0.5">{say(fault.remedy)}</p>
      </div>
    </div>
  );
}
