import type { Db, Queries, Timers } from "#contracts/ports";

/*
 * A process that can be killed in the middle of things. After its death none of its statements begins, none of its timers
 * fires, and nothing it waits for ever comes: what was committed stays, an open transaction is rolled back.
 */

/** Nobody hears of this: the one who waits is dead. */
const never = <T>(): Promise<T> => new Promise<T>(() => {});

class Killed extends Error {}

export class Life {
  #dead = false;
  #begun = 0;
  readonly #diesAt: number;
  readonly #how: "before" | "after";

  /** @param diesAt the statement, counted from 1, `before` which or `after` whose commit it dies of itself. */
  constructor(diesAt = Number.POSITIVE_INFINITY, how: "before" | "after" = "before") {
    this.#diesAt = diesAt;
    this.#how = how;
  }
  get dead(): boolean {
    return this.#dead;
  }
  /** Statements and commits so far. */
  get statements(): number {
    return this.#begun;
  }
  kill(): void {
    this.#dead = true;
  }
  async #step<T>(work: () => Promise<T>): Promise<T> {
    const fatal = ++this.#begun === this.#diesAt;
    if (fatal && this.#how === "before") this.#dead = true;
    if (this.#dead) throw new Killed();
    const result = await work();
    if (fatal) this.#dead = true;
    if (this.#dead) throw new Killed();
    return result;
  }

  db(db: Db): Db {
    const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        const result = await work();
        return this.#dead ? never() : result;
      } catch (error) {
        return this.#dead ? never() : Promise.reject(error);
      }
    };
    const over = (queries: Queries): Queries => ({
      query: (statement, parameters) => this.#step(() => queries.query(statement, parameters)),
    });
    return {
      query: (statement, parameters) => mortal(() => over(db).query(statement, parameters)),
      transaction: (work) =>
        mortal(async () => {
          if (this.#dead) throw new Killed();
          // Its commit is a step of its own, which may be the last thing it does.
          const result = await db.transaction(async (tx) => {
            const done = await work(over(tx));
            if (++this.#begun === this.#diesAt && this.#how === "before") this.#dead = true;
            if (this.#dead) throw new Killed();
            return done;
          });
          if (this.#begun === this.#diesAt) this.#dead = true;
          return result;
        }),
    };
  }

  timers(timers: Timers): Timers {
    return { after: (delayMs, work) => timers.after(delayMs, () => this.#dead || work()) };
  }
}
