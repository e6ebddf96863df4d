import { expect, test } from "vitest";
import { alphabetOf, readSigns } from "./decode.ts";

const alphabet = alphabetOf("0\n1\n2\n");

/** Steps of which each is sure of one sign. */
function table(...signs: readonly string[]) {
  const probability = new Float32Array(signs.length * alphabet.length).fill(0.01);
  signs.forEach((sign, step) => {
    probability[step * alphabet.length + alphabet.indexOf(sign)] = 0.9;
  });
  return { steps: signs.length, signs: alphabet.length, probability };
}
const textOf = (...signs: readonly string[]) =>
  readSigns(table(...signs), alphabet)
    .map(({ text }) => text)
    .join("");

test("nothing comes first, the space last", () => {
  expect(alphabet).toEqual(["", "0", "1", "2", " "]);
  expect(alphabetOf("0\r\n1\r\n")).toEqual(["", "0", "1", " "]);
});

test("the same sign in steps beside each other is one; with nothing or a space between, two", () => {
  expect(textOf("1", "1", "", "1", "2", "2", "0")).toBe("1120");
  expect(textOf("1", " ", "1")).toBe("1 1");
  expect(textOf("", "", "")).toBe("");
});

test("each sign has its place and how sure it is", () => {
  const [sign] = readSigns(table("", "2"), alphabet);
  expect(sign).toEqual({ text: "2", sure: expect.closeTo(0.9, 5), at: 0.75 });
});
