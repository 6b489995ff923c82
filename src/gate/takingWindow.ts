import { Fifo } from './fifo.ts';
import { LAST_KEY, Ladder, NONE, SlotLinks } from './ladder.ts';

const { abs, ceil, max, min } = Math;

/** What one order adds to its account's sum, for as long as it is in the window. */
export interface Taking {
  readonly account: number;
  readonly strategy: number;
  readonly opening: boolean;
  readonly atMs: number;
  /** Bought lots, negative when sold. */
  signedLots: number;
  /** False once the window has left it behind. */
  counts: boolean;
}

interface AccountSum {
  lots: number;
  readonly takings: Fifo<Taking>;
}

/**
 * The taking orders of one market over a rolling window, summed by account, with the sums in order of
 * size so that an opposite one of like size is found without looking at every account.
 */
export class TakingWindow {
  readonly #windowMs: number;
  readonly #percent: number;
  readonly #links = new SlotLinks();
  readonly #longs = new Ladder(this.#links);
  readonly #shorts = new Ladder(this.#links);
  readonly #takings = new Fifo<Taking>();
  readonly #sums: AccountSum[] = [];

  /** `percent`: from which share of the larger sum the smaller one mirrors it. */
  constructor(windowMs: number, percent: number) {
    this.#windowMs = windowMs;
    this.#percent = percent;
  }

  /** Forgets what is `windowMs` old or older, oldest first: a clock that steps back only delays it. */
  expire(nowMs: number): void {
    for (;;) {
      const taking = this.#takings.at(0);
      if (taking === undefined || taking.atMs + this.#windowMs > nowMs) return;
      this.#takings.shift();
      this.#sumFor(taking.account).takings.shift();
      taking.counts = false;
      this.shift(taking.account, -taking.signedLots);
    }
  }

  add(taken: Omit<Taking, 'counts'>): Taking {
    const taking: Taking = { ...taken, counts: true };
    this.#takings.push(taking);
    this.#sumFor(taking.account).takings.push(taking);
    this.shift(taking.account, taking.signedLots);
    return taking;
  }

  /** Takes out what the order did not fill. */
  takeBack(taking: Taking, lots: number): void {
    const signed = taking.signedLots < 0 ? -lots : lots;
    taking.signedLots -= signed;
    if (taking.counts) this.shift(taking.account, -signed);
  }

  /** Changes an account's sum. */
  shift(account: number, signedLots: number): void {
    const sum = this.#sumFor(account);
    if (sum.lots !== 0) this.#ladderOf(sum.lots).remove(account);
    sum.lots += signedLots;
    if (sum.lots !== 0) this.#ladderOf(sum.lots).insert(account, keyOf(sum.lots));
  }

  lotsOf(account: number): number {
    return this.#sums[account]?.lots ?? 0;
  }

  /** Another account whose sum would mirror `lots` of `account`, or `NONE`. */
  counterpart(account: number, lots: number): number {
    if (lots === 0) return NONE;
    const ladder = this.#ladderOf(-lots);
    const from = ceil((abs(lots) * this.#percent) / 100);
    const to = (abs(lots) * 100) / this.#percent;
    for (let other = ladder.firstFrom(keyOf(from)); other !== NONE; other = ladder.next(other)) {
      const theirs = this.lotsOf(other);
      if (other !== account && this.#mirror(lots, theirs)) return other;
      if (keyOf(theirs) > to) return NONE;
    }
    return NONE;
  }

  /**
   * When `account`, with `signedLots` more, and `other` stop mirroring each other by the passing of
   * time alone; `undefined` when they never do.
   */
  clearAtMs(account: number, signedLots: number, other: number): number | undefined {
    const ours = this.#sumFor(account).takings;
    const theirs = this.#sumFor(other).takings;
    let ourLots = this.lotsOf(account) + signedLots;
    let theirLots = this.lotsOf(other);
    let atMs = 0;
    for (let i = 0, j = 0; ; ) {
      const our = ours.at(i);
      const their = theirs.at(j);
      const nextMs = min(our?.atMs ?? Infinity, their?.atMs ?? Infinity);
      if (nextMs > atMs && !this.#mirror(ourLots, theirLots)) return atMs + this.#windowMs;
      if (nextMs === Infinity) return undefined;
      atMs = max(atMs, nextMs);
      if (our?.atMs === nextMs) {
        ourLots -= our.signedLots;
        i += 1;
      } else {
        theirLots -= their?.signedLots ?? 0;
        j += 1;
      }
    }
  }

  /** The part of an account's sum that one strategy opened. */
  openedBy(strategy: number, account: number): number {
    const { takings } = this.#sumFor(account);
    let lots = 0;
    for (let i = 0; i < takings.length; i += 1) {
      const taking = takings.at(i);
      if (taking?.strategy === strategy && taking.opening) lots += taking.signedLots;
    }
    return lots;
  }

  #mirror(lots: number, others: number): boolean {
    if (lots === 0 || others === 0 || lots > 0 === others > 0) return false;
    const smaller = min(abs(lots), abs(others));
    const larger = max(abs(lots), abs(others));
    return smaller * 100 >= larger * this.#percent;
  }

  #ladderOf(lots: number): Ladder {
    return lots > 0 ? this.#longs : this.#shorts;
  }

  #sumFor(account: number): AccountSum {
    const sum = this.#sums[account];
    if (sum !== undefined) return sum;
    const fresh: AccountSum = { lots: 0, takings: new Fifo<Taking>() };
    this.#sums[account] = fresh;
    return fresh;
  }
}

/** Sums beyond the ladder's range share its last key: the exact test follows. */
function keyOf(lots: number): number {
  return min(abs(lots), LAST_KEY);
}
