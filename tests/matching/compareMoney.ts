import { Floor, MAIN, STRANGER, SUB } from '../exchange/support/floor.ts';
import { missingMoney } from '../exchange/support/missingMoney.ts';
import { type BookStep, bookOf, unequal } from './bookStep.ts';
import type { NaiveEngine } from './naiveEngine.ts';

const OWNERS = [MAIN, SUB, STRANGER] as const;
const MID_TICKS = 100_000;
/** BTC: one lot at one tick is ten micro-dollars. */
const MICRO_PER_TICK_LOT = 10;
/** Maker and taker fee by owner, billionths: level 0, level 0, level 5. */
const FEES = [
  [150_000, 400_000],
  [150_000, 400_000],
  [0, 300_000],
] as const;
/** After so many a new floor is laid: the order log of an old one only grows. */
const HISTORIES_PER_FLOOR = 200;

/** What an owner has by its fills alone: no average cost, no profit, only what changed hands. */
interface Naive {
  cashMicro: bigint;
  lots: number;
}

/** Runs histories through the exchange's core and through the simplest bookkeeping there is. */
export class CompareMoney {
  /** Trades of the last history. */
  fills = 0;
  #floor = CompareMoney.#lay();
  #naive = CompareMoney.#purses();
  #histories = 0;
  readonly #Naive: typeof NaiveEngine;

  constructor(Naive: typeof NaiveEngine) {
    this.#Naive = Naive;
  }

  static #lay(): Floor {
    return new Floor({ settings: { takerDelayMs: 0, historyRows: 100 } });
  }

  static #purses(): Naive[] {
    return OWNERS.map(() => ({ cashMicro: 0n, lots: 0 }));
  }

  differenceIn(history: readonly BookStep[]): string | undefined {
    this.fills = 0;
    this.#histories += 1;
    if (this.#histories % HISTORIES_PER_FLOOR === 0) {
      this.#floor = CompareMoney.#lay();
      this.#naive = CompareMoney.#purses();
    }
    const book = new this.#Naive({});
    const ids: (number | undefined)[] = [];
    for (const [at, step] of history.entries()) {
      const difference = this.#step(book, ids, at, step) ?? this.#after(book, at);
      if (difference !== undefined) return difference;
    }
    for (const owner of OWNERS) {
      const all = { all_symbols: true, exclude_reduce_only: false };
      this.#floor.send('cancel_all_orders', this.#floor.body(owner, all));
    }
    return undefined;
  }

  #step(
    book: NaiveEngine,
    ids: (number | undefined)[],
    at: number,
    { kind, lots, offset, owner, pick, side, tif }: BookStep,
  ): string | undefined {
    const account = OWNERS[owner - 1] as string;
    if (kind === 'cancel') {
      // Only the account that placed it may cancel an order: let it be that one.
      const id = ids[pick];
      if (id === undefined) return undefined;
      const placed = this.#floor.exchange.state.accounts.orders.get(id)?.account.address ?? account;
      const body = this.#floor.body(placed, { symbol: 'BTC', order_id: id });
      const isCancelled = this.#floor.send('cancel_order', body).ok;
      return unequal(`cancel ${at}`, isCancelled, book.cancel(pick) > 0);
    }
    const ticks = MID_TICKS + offset;
    const amount = (lots / 100_000).toFixed(5);
    const reply = this.#floor.limit(account, side, String(ticks), amount, { tif });
    if (!reply.ok) return `order ${at} was refused: ${reply.refusal.error}`;
    ids[at] = reply.value.of === 'order' ? (reply.value.orderId ?? undefined) : undefined;
    book.add(at, owner, side, ticks, lots, tif);
    const sign = side === 'bid' ? 1 : -1;
    for (const event of book.events) {
      if (event.traded !== 1) continue;
      this.fills += 1;
      this.#book(owner, sign, event, 1);
      this.#book(event.makerOwner as number, -sign, event, 0);
    }
    return undefined;
  }

  /** One side of a fill: lots one way, money the other, and the fee, rounded half up. */
  #book(owner: number, sign: number, event: Record<string, number>, role: 0 | 1): void {
    const purse = this.#naive[owner - 1] as Naive;
    const { lots = 0, ticks = 0 } = event;
    const notional = BigInt(ticks * lots * MICRO_PER_TICK_LOT);
    const rate = BigInt(FEES[owner - 1]?.[role] ?? 0);
    const fee = (notional * rate + 500_000_000n) / 1_000_000_000n;
    purse.lots += sign * lots;
    purse.cashMicro -= BigInt(sign) * notional + fee;
  }

  #after(book: NaiveEngine, at: number): string | undefined {
    const { state } = this.#floor.exchange;
    const here = state.markets[0];
    if (here === undefined) return 'no market';
    const mark = here.markTicks();
    for (const [index, address] of OWNERS.entries()) {
      const { cashMicro, lots } = this.#naive[index] as Naive;
      const { balanceMicro, depositedMicro, holdings } = this.#floor.account(address);
      const position = holdings[0]?.position ?? { lots: 0, costMicro: 0 };
      const ours = balanceMicro - depositedMicro - position.costMicro + position.lots * mark * 10;
      const theirs = Number(cashMicro) + lots * mark * MICRO_PER_TICK_LOT;
      const difference =
        unequal(`position of ${index} after step ${at}`, position.lots, lots) ??
        unequal(`equity of ${index} after step ${at}`, ours, theirs);
      if (difference !== undefined) return difference;
    }
    const missing = missingMoney(state);
    if (missing !== '') return `after step ${at}: ${missing}`;
    return unequal(`the core's book after step ${at}`, bookOf(here.engine), book.book());
  }
}
