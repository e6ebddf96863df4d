import type { PassView } from "#contracts/wallet-api";
import { PassFace } from "./card-face.tsx";

/** The cards one behind the other, the default card in front, each one's bank still to be read. */
export function CardStack({ passes, onOpen }: { passes: readonly PassView[]; onOpen: (passId: string) => void }) {
  const backToFront = passes.toReversed();
  return (
    <ul className="grid">
      {backToFront.map((pass, i) => (
        <li key={pass.passId} className={i === 0 ? "" : "-mt-[calc(63.16%-3.75rem)]"}>
          <button
            type="button"
            onClick={() => onOpen(pass.passId)}
            className="rise block w-full rounded-[18px] transition duration-300 ease-sheet hover:-translate-y-1"
          >
            <PassFace pass={pass} behind={i < backToFront.length - 1} />
          </button>
        </li>
      ))}
    </ul>
  );
}
