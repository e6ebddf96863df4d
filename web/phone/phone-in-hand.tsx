import { usePage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { PhoneScreen } from "./phone-screen.tsx";

/** The phone's body. It leans towards the till while it is held to it. */
export function PhoneInHand() {
  const { pay, phone } = usePage();
  const paying = useStore(pay.state);
  const state = useStore(phone.state);
  const say = useSay();
  const near = paying.kind === "near";
  const front = state.kind === "ready" ? (state.passes.find((pass) => pass.isDefault) ?? state.passes[0]) : undefined;
  const ready = front?.token.status === "active";
  return (
    <div className="flex min-h-0 items-center justify-center">
      <div
        className={`relative h-full max-h-[844px] w-[380px] rounded-[54px] bg-[#0d0e12] p-[9px] shadow-[0_0_0_2px_#3a3d45,0_30px_60px_-24px_rgb(0_0_0/0.55)] transition-transform duration-500 ease-sheet ${near ? "translate-x-4 rotate-[1.2deg]" : ""}`}
      >
        <button
          type="button"
          aria-label={say(TEXT.wallet.sideButton)}
          title={say(TEXT.wallet.sideButton)}
          disabled={!ready}
          onClick={() => front !== undefined && void pay.start(front)}
          className="absolute top-40 -right-[7px] h-20 w-[7px] rounded-r-md bg-[#3a3d45] transition enabled:hover:bg-accent"
        />
        <div className="relative size-full overflow-hidden rounded-[45px]">
          <PhoneScreen framed />
          <div
            aria-hidden="true"
            className="pointer-events-none absolute top-2.5 left-1/2 z-[60] h-7 w-24 -translate-x-1/2 rounded-full bg-black"
          />
        </div>
      </div>
    </div>
  );
}
