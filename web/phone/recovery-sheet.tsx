import { usePage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { Sheet } from "../ui/sheet.tsx";

/** Ten codes, once. They are gone from the page as soon as the holder says that they are noted. */
export function RecoverySheet({ codes }: { codes: readonly string[] | undefined }) {
  const { phone } = usePage();
  const say = useSay();
  return (
    <Sheet open={codes !== undefined} title={say(TEXT.recovery.title)} onClose={() => phone.putRecoveryCodesAway()}>
      <div className="grid gap-4">
        <p className="text-[14px] leading-relaxed text-ink-2">{say(TEXT.recovery.text)}</p>
        <ul className="grid grid-cols-2 gap-2 rounded-2xl bg-panel-2 p-4 text-center select-all">
          {(codes ?? []).map((code) => (
            <li key={code} className="tabular font-mono text-[15px] font-semibold">
              {code}
            </li>
          ))}
        </ul>
        <Button size="large" onClick={() => phone.putRecoveryCodesAway()}>
          {say(TEXT.recovery.noted)}
        </Button>
      </div>
    </Sheet>
  );
}
