/** Where something stands on the screen. */
export interface Spot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** In the lower part of the window. */
  readonly low: boolean;
}

const LOOK_EVERY_MS = 250;
const LOW = 0.58;

/** Looks again and again for the first of some elements; a spot is told when it is another one than before. */
export function followSpot(find: () => Element | undefined, tell: (spot: Spot | undefined) => void): () => void {
  let told = "";
  let followed: Element | undefined;
  const look = () => {
    const element = find();
    // What lies below the edge of a list is brought into sight, once.
    if (element !== followed) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
    followed = element;
    const rect = element?.getBoundingClientRect();
    const spot =
      rect === undefined
        ? undefined
        : {
            left: rect.left,
            top: rect.top,
            width: rect.width,
            height: rect.height,
            low: rect.top + rect.height / 2 > LOW * window.innerHeight,
          };
    const now = JSON.stringify(spot) ?? "";
    if (now === told) return;
    told = now;
    tell(spot);
  };
  look();
  const id = setInterval(look, LOOK_EVERY_MS);
  return () => clearInterval(id);
}

/** Something that carries this mark and can be seen. */
export function markedElement(mark: string): Element | undefined {
  return [...document.querySelectorAll(`[data-tour="${mark}"]`)].find(canBePressed);
}

/** A button or link by its accessible name. */
export function pressableBy(fits: (name: string) => boolean): Element | undefined {
  return [...document.querySelectorAll("button, a[href]")].find(
    (element) =>
      fits((element.getAttribute("aria-label") ?? element.textContent ?? "").trim()) && canBePressed(element),
  );
}

function canBePressed(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && !(element instanceof HTMLButtonElement && element.disabled);
}
