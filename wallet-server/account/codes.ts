import type { Random } from "#contracts/ports";

/** No 0, O, 1, I or L: they are mistaken for each other on paper. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** AB2CD-EF3GH: ten signs of 31, more than anybody can try. */
export function makeRecoveryCode(random: Random): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[random.below(ALPHABET.length)]).join("");
  return `${group()}-${group()}`;
}

/** Six digits, without bias. */
export function makeJoinCode(random: Random): string {
  return String(random.below(1_000_000)).padStart(6, "0");
}
