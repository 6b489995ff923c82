import type { ArmedFault } from './armedFault.ts';

/** Channels, and reads below `/api/v1`, that say all of what an account has. */
const SNAPSHOTS: ReadonlySet<string> = new Set([
  'account_info',
  'account_orders',
  'account_positions',
  '/account',
  '/orders',
  '/positions',
]);

/** Anybody may ask for any address. */
const MOST_KEPT = 10_000;

/** Snapshots that stand still while the account goes on. */
export class StaleFaults {
  readonly #armed: readonly ArmedFault[];
  /** What each snapshot said last, by source and account. */
  readonly #last: Map<string, string> = new Map();

  constructor(armed: readonly ArmedFault[]) {
    this.#armed = armed;
  }

  get any(): boolean {
    return this.#armed.length > 0;
  }

  /** The text as it is, or as it was when the fault began (or was first asked for since). */
  pass(source: string, account: string | undefined, text: string, nowMs: number): string {
    if (account === undefined || !this.#armed.some((each) => concerns(each, source, account))) {
      return text;
    }
    const key = `${source}|${account}`;
    const last = this.#last.get(key);
    const struck = this.#armed.find(
      (each) => concerns(each, source, account) && each.isOn(nowMs) && last !== undefined,
    );
    if (struck === undefined || last === undefined) {
      if (last !== undefined || this.#last.size < MOST_KEPT) this.#last.set(key, text);
      return text;
    }
    if (last !== text) struck.hits += 1;
    return last;
  }
}

function concerns({ fault }: ArmedFault, source: string, account: string): boolean {
  if (fault.account !== undefined && fault.account !== account) return false;
  return fault.channel === undefined ? SNAPSHOTS.has(source) : fault.channel === source;
}
