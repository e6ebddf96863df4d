/** The contactless waves. Running while something waits. */
export function Waves({ running = false, className = "" }: { running?: boolean; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      className={className}
    >
      <path d="M6 9.2a5.6 5.6 0 0 1 0 5.6" className={running ? "wave" : ""} />
      <path d="M10 6.9a10.2 10.2 0 0 1 0 10.2" className={running ? "wave wave-2" : ""} />
      <path d="M14 4.6a14.8 14.8 0 0 1 0 14.8" className={running ? "wave wave-3" : ""} />
    </svg>
  );
}

/** A drawn tick or cross in a disc. */
export function Outcome({ good, className = "size-20" }: { good: boolean; className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true" className={`pop ${className}`}>
      <circle cx="32" cy="32" r="32" className={good ? "fill-good-solid" : "fill-bad-solid"} />
      <path
        d={good ? "M18.5 33.5 28 43l18-21" : "M22 22l20 20M42 22 22 42"}
        pathLength={1}
        fill="none"
        stroke="#fff"
        strokeWidth="5"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="draw"
      />
    </svg>
  );
}

/** Four digits that are not shown. Drawn, since a Chinese font sets bullets far apart. */
export function Dots() {
  return (
    <span aria-hidden="true" className="inline-flex gap-[3px] align-middle">
      {[0, 1, 2, 3].map((i) => (
        <span key={i} className="size-[5px] rounded-full bg-current" />
      ))}
    </span>
  );
}

/** Kabao's own mark: cards in a pocket. */
export function Logo({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true" className={className}>
      <rect width="64" height="64" rx="15" fill="#1d5fd6" />
      <rect x="13" y="16" width="38" height="22" rx="5" fill="#9cc3ff" />
      <rect x="13" y="24" width="38" height="22" rx="5" fill="#fff" />
      <rect x="13" y="30" width="38" height="5" fill="#1d5fd6" opacity=".85" />
    </svg>
  );
}
