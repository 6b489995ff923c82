/** What a fuzzing run came to; the same options give the same one. */
export interface FuzzFigures {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** How often each kind of answer was met. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failure: FuzzFailure | undefined;
}

/** A broken promise, with the smallest input that was found to break it. */
export interface FuzzFailure {
  readonly why: string;
  readonly input: string;
  /** Number of the input in the run. */
  readonly at: number;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** Called now and then with the inputs that are done. */
  readonly progress?: (done: number) => void;
  /** Asked now and then: ends the run before its time. */
  readonly isOver?: () => boolean;
}

/** Counts answers by kind. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  get counts(): Record<string, number> {
    const entries = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  }
}
