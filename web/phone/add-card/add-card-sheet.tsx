import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Sheet } from "../../ui/sheet.tsx";
import { CardStep } from "./card-step.tsx";
import { AddedStep, NotReadyStep, RefusedStep, StoppedStep, WaitingStep, WaitStep } from "./end-steps.tsx";
import type { AddCardState } from "./flow.ts";
import { KindStep } from "./kind-step.tsx";
import { Progress } from "./progress.tsx";
import { TermsStep } from "./terms-step.tsx";
import { VerifyStep } from "./verify-step.tsx";

/** "+": from the number on the plastic to a card that pays. */
export function AddCardSheet() {
  const { addCard } = usePage();
  const state = useStore(addCard.state);
  const say = useSay();
  return (
    <Sheet open={state.step !== "closed"} title={say(TEXT.add.title)} onClose={() => addCard.close()}>
      <Progress step={state.step} />
      <Step state={state} />
    </Sheet>
  );
}

function Step({ state }: { state: AddCardState }) {
  switch (state.step) {
    case "closed":
      return null;
    case "kind":
      return <KindStep />;
    case "preflight":
      return <WaitStep words={TEXT.add.checking} />;
    case "notReady":
      return <NotReadyStep state={state} />;
    case "card":
      return <CardStep state={state} />;
    case "terms":
      return <TermsStep state={state} />;
    case "waiting":
      return <WaitingStep state={state} />;
    case "verify":
      return <VerifyStep state={state} />;
    case "refused":
      return <RefusedStep state={state} />;
    case "adding":
      return <WaitStep words={TEXT.add.adding} />;
    case "added":
      return <AddedStep state={state} />;
    case "stopped":
      return <StoppedStep fault={state.fault} />;
  }
}
