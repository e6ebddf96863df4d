import { usePage } from "../page-context.ts";
import { PhoneScreen } from "../phone/phone-screen.tsx";
import { useStore } from "../store.ts";
import { JoinScreen } from "./join-screen.tsx";

/** A tablet shows what a phone does, but pays at no till. */
export function TabletScreen({ named }: { named: string }) {
  const { phone } = usePage();
  const state = useStore(phone.state);
  if (state.kind !== "welcome") return <PhoneScreen />;
  return (
    <section className="flex size-full flex-col bg-bg text-ink">
      <JoinScreen state={state} named={named} />
    </section>
  );
}
