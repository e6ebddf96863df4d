import { type ReactNode, useId } from "react";
import type { Product } from "#contracts/common";

/** Drawn backgrounds of the invented bank's cards, by the product's `art`. Another bank's card gets a plain one. */
export function CardArt({ art }: { art: Product["art"] }) {
  switch (art) {
    case "demo-debit":
      return <Hills />;
    case "demo-credit":
      return <Night />;
    case "demo-youth":
      return <Sunrise />;
    case "demo-overnight":
      return <Town />;
    case "demo-gift":
      return <Ribbon />;
    default:
      return <Plain />;
  }
}

/** A card's face of the size that all are drawn in, shaded from corner to corner, or from the top down. */
function Drawing({
  colours,
  down = false,
  children,
}: {
  colours: readonly (readonly [offset: number, colour: string])[];
  down?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <svg
      viewBox="0 0 342 216"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      className="absolute inset-0 size-full"
    >
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2={down ? 0 : 1} y2="1">
          {colours.map(([offset, colour]) => (
            <stop key={offset} offset={offset} stopColor={colour} />
          ))}
        </linearGradient>
      </defs>
      <rect width="342" height="216" fill={`url(#${id})`} />
      {children}
    </svg>
  );
}

/** Blue hills in the mist, for the debit card. */
function Hills() {
  return (
    <Drawing
      colours={[
        [0, "#0f3f8f"],
        [0.55, "#1558b8"],
        [1, "#0b6d7c"],
      ]}
    >
      <circle cx="268" cy="76" r="30" fill="#fff" opacity="0.13" />
      <circle cx="268" cy="76" r="46" fill="none" stroke="#fff" opacity="0.1" />
      <circle cx="268" cy="76" r="64" fill="none" stroke="#fff" opacity="0.07" />
      <path d="M0 150c40-34 66-26 96-6s58 22 92-14 70-40 102-14 40 24 52 18v82H0z" fill="#fff" opacity="0.08" />
      <path d="M0 176c52-30 84-18 128-4s82-10 118-30 66-10 96 10v64H0z" fill="#fff" opacity="0.09" />
      <path d="M0 196c62-20 120-12 174-6s112-8 168-20v46H0z" fill="#062a5e" opacity="0.35" />
    </Drawing>
  );
}

/** Graphite with a thread of gold, for the credit card. */
function Night() {
  return (
    <Drawing
      colours={[
        [0, "#15171c"],
        [0.6, "#2b2e37"],
        [1, "#191b21"],
      ]}
    >
      <g fill="none" stroke="#d9b36a">
        <path d="M-10 190c80-70 150-20 214-66S300 20 372 38" opacity="0.55" strokeWidth="1.4" />
        <path d="M-10 202c84-70 154-22 220-68S306 34 372 52" opacity="0.34" />
        <path d="M-10 214c88-70 158-24 226-70s96-98 156-80" opacity="0.22" />
        <path d="M-10 226c92-70 162-26 232-72s100-94 150-76" opacity="0.14" />
      </g>
      <path d="M236 0h106v216H150z" fill="#fff" opacity="0.025" />
    </Drawing>
  );
}

/** A low sun over the water, for the youth card. */
function Sunrise() {
  return (
    <Drawing
      colours={[
        [0, "#7a1f6b"],
        [0.55, "#b3364f"],
        [1, "#b4531a"],
      ]}
    >
      <circle cx="252" cy="124" r="46" fill="#ffd9a0" opacity="0.28" />
      <circle cx="252" cy="124" r="70" fill="none" stroke="#fff" opacity="0.1" />
      <path d="M0 132h342v84H0z" fill="#4a1036" opacity="0.4" />
      <g stroke="#ffe3bd" opacity="0.3" strokeLinecap="round" strokeWidth="2.4">
        <path d="M212 146h80M224 160h56M236 174h34" />
      </g>
    </Drawing>
  );
}

/** Roofs in the evening, for the community card. */
function Town() {
  return (
    <Drawing
      down
      colours={[
        [0, "#0d4a43"],
        [1, "#1c6b52"],
      ]}
    >
      <circle cx="286" cy="54" r="17" fill="#fff" opacity="0.16" />
      <path
        d="M0 152l34-22 34 22v-20l30-20 30 20v28l40-26 40 26v-36l28-18 28 18v30l36-24 42 28v66H0z"
        fill="#06302a"
        opacity="0.5"
      />
      <g fill="#ffe08a" opacity="0.5">
        <path d="M28 164h9v9h-9zM92 146h8v8h-8zM162 168h9v9h-9zM230 142h8v8h-8zM296 166h9v9h-9z" />
      </g>
    </Drawing>
  );
}

/** A ribbon and its bow, for the gift card. */
function Ribbon() {
  return (
    <Drawing
      colours={[
        [0, "#8c1d2b"],
        [1, "#5e1022"],
      ]}
    >
      <path d="M236 0h22v216h-22zM0 92h342v18H0z" fill="#e7c27a" opacity="0.3" />
      <path
        d="M247 101c-34-44-70-30-58-8 8 15 40 12 58 8 34-44 70-30 58-8-8 15-40 12-58 8z"
        fill="none"
        stroke="#e7c27a"
        strokeWidth="5"
        opacity="0.6"
      />
    </Drawing>
  );
}

function Plain() {
  return (
    <Drawing
      colours={[
        [0, "#44506a"],
        [1, "#2b3347"],
      ]}
    >
      <circle cx="300" cy="20" r="120" fill="#fff" opacity="0.05" />
      <circle cx="300" cy="20" r="76" fill="#fff" opacity="0.05" />
    </Drawing>
  );
}
