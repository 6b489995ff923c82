import type { Side } from '../protocol/terms.ts';
import { Entry, type EntrySummary, GUARD, STRONGEST, summaryOf, WEAKEST } from './entry.ts';
import type { ExposureBook } from './exposureBook.ts';
import type { GateFacts } from './preTrade.ts';

const { abs } = Math;

/**
 * When the venue liquidates an account, it trades at market against whatever rests, quotes of the
 * siblings included. An account that comes near keeps, in every market in which it has a position,
 * the place of that trade: what could rest in its way is named, and nothing new rests there.
 */
export class LiquidationGuard {
  readonly #book: ExposureBook;
  readonly #facts: GateFacts;
  readonly #marketCount: number;
  readonly #entries = new Map<number, readonly Entry[]>();

  constructor(book: ExposureBook, facts: GateFacts, marketCount: number) {
    this.#book = book;
    this.#facts = facts;
    this.#marketCount = marketCount;
  }

  /** Sets the account's guard anew, by its positions as they are; returns the orders in the way. */
  raise(account: number): EntrySummary[] {
    this.lower(account);
    const entries: Entry[] = [];
    const inTheWay: Entry[] = [];
    for (let market = 0; market < this.#marketCount; market += 1) {
      const position = this.#facts.positionLots(account, market);
      if (position === 0) continue;
      const entry = this.#trade(account, market, position > 0 ? 'ask' : 'bid', abs(position));
      inTheWay.push(...this.#book.opponents(entry, STRONGEST, WEAKEST, Infinity));
      this.#book.insert(entry);
      entries.push(entry);
    }
    this.#entries.set(account, entries);
    return inTheWay.filter(({ claim }) => claim === 0).map(summaryOf);
  }

  lower(account: number): void {
    for (const entry of this.#entries.get(account) ?? []) this.#book.remove(entry);
    this.#entries.delete(account);
  }

  #trade(account: number, market: number, side: Side, lots: number): Entry {
    const entry = new Entry(
      {
        orderId: 0,
        clientOrderId: `liquidation of account ${account}`,
        account,
        market,
        side,
        kind: 'market',
        tif: 'IOC',
        priceTicks: this.#facts.referenceTicks(market) ?? 1,
        lots,
        reduceOnly: true,
        precedence: 'kill',
        onConflict: 'BLOCK_NEW',
        strategy: 0,
        parent: 0,
      },
      false,
    );
    entry.claim = GUARD;
    entry.state = 'LIQUIDATION';
    return entry;
  }
}
