/** Turns of the event loop in which whatever is under way comes to its end; the clock of a test stands still meanwhile. */
const TURNS_MAX = 50_000;

/** Lets links and the database do what they do by themselves until `done`. No time passes but the machine's own. */
export async function until(done: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    if (await done()) return;
    await new Promise((next) => setImmediate(next));
  }
  throw new Error(`never came: ${what}`);
}

/** Lets what was begun come to rest: enough turns for several statements one after the other. */
export async function rest(turns = 200): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((next) => setImmediate(next));
}

/** What a scripted peer was sent and has not looked at yet. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }
  put(item: Item): void {
    this.#items.push(item);
  }
  /** The next one, when it comes. */
  async take(): Promise<Item> {
    await until(() => this.#items.length > 0, `something for ${this.#name}`);
    return this.#items.shift()!;
  }
  /** What lies there now, after all that was under way has come to rest. */
  async rest(): Promise<readonly Item[]> {
    await rest();
    return this.#items.splice(0);
  }
}
