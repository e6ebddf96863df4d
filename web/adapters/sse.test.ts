import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventReader, type StreamEvent } from "./sse.ts";

function read(pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const push = createEventReader((event) => events.push(event));
  for (const piece of pieces) push(piece);
  return events;
}

test("events end at an empty line; names and lines of data as the standard has them", () => {
  expect(read(["event: wallet\ndata: {}\n\n", ":comment\nid: 4\ndata:one\ndata: two\n\n", "event: beat\n\n"])).toEqual([
    { event: "wallet", data: "{}" },
    { event: "message", data: "one\ntwo" },
  ]);
});

test("what has not ended is not told", () => {
  expect(read(["event: wallet\ndata: {}\n"])).toEqual([]);
});

test("a stream cut anywhere gives the same events, whatever its line ends", () => {
  const line = fc.string({ unit: fc.constantFrom("a", ":", " ", "中", "{", "}") });
  const ends = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(line, line)), ends, fc.array(fc.nat(400)), (events, end, cuts) => {
      const text = events.map(([name, data]) => `event: ${name}${end}data: ${data}${end}${end}`).join("");
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((to, i) => text.slice(places[i], to));
      expect(read(pieces)).toEqual(read([text]));
      expect(read([text]).length).toBe(events.length);
    }),
  );
});
