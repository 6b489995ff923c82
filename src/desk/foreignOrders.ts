import type { AccountManager } from '../accounts/accountManager.ts';
import type { Gate } from '../gate/gate.ts';
import type { OrderRequest } from '../gate/orderRequest.ts';
import type { OpenOrderRow, OrderUpdateRow } from '../protocol/frames/frame.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';

export interface ForeignParts {
  readonly context: KernelContext;
  readonly gate: Gate;
  readonly stats: DeskStats;
  readonly released: (orderId: number) => void;
  readonly withdraw: (orderIds: readonly number[]) => void;
  readonly alarm: (sentence: string) => void;
}

/**
 * Orders in one of our accounts that this desk did not send: left by an earlier run, or entered
 * elsewhere. They count like our own until the venue shows that they have ended; orders of ours that
 * they could meet are withdrawn.
 */
export class ForeignOrders {
  readonly #parts: ForeignParts;
  readonly #account: AccountManager;
  readonly #known = new Set<number>();

  constructor(parts: ForeignParts, account: AccountManager) {
    this.#parts = parts;
    this.#account = account;
  }

  /** The venue's ids of those that count now. */
  get known(): ReadonlySet<number> {
    return new Set(this.#known);
  }

  onUpdate(row: OrderUpdateRow): void {
    this.#parts.context.record('foreign_order', {
      account: this.#account.identity.index,
      venueId: row.orderId,
      status: row.status,
      market: row.market,
      side: row.side,
    });
    if (row.status === 'open' || row.status === 'partially_filled') this.adopt(row);
    else if (this.#known.has(row.orderId)) this.#release(row.orderId);
    else this.#parts.stats.foreignOrders += 1;
  }

  adopt(row: OpenOrderRow | OrderUpdateRow): void {
    const { gate, stats, withdraw, alarm } = this.#parts;
    const id = entryId(row.orderId);
    if (this.#known.has(row.orderId)) {
      gate.remaining(id, row.lots - row.filledLots);
      return;
    }
    this.#known.add(row.orderId);
    stats.foreignOrders += 1;
    const inTheWay = gate.adoptForeign(
      {
        orderId: id,
        clientOrderId: row.clientOrderId ?? `venue-${row.orderId}`,
        account: this.#account.identity.index,
        market: row.market,
        side: row.side,
        ...termsOf(row),
        lots: row.lots,
        reduceOnly: row.reduceOnly,
        precedence: 'quote',
        onConflict: 'BLOCK_NEW',
        strategy: 0,
        parent: 0,
      },
      true,
    );
    gate.remaining(id, row.lots - row.filledLots);
    alarm(
      `account ${this.#account.identity.name} has order ${row.orderId} at the venue that this desk did not send; it counts in every decision`,
    );
    withdraw(inTheWay.map(({ orderId }) => orderId));
  }

  /** Of those known before the venue was asked, only the ones that it shows as open go on counting. */
  keep(before: ReadonlySet<number>, open: readonly OpenOrderRow[]): void {
    const shown = new Set(open.map((row) => row.orderId));
    for (const venueId of before) {
      if (!shown.has(venueId) && this.#known.has(venueId)) this.#release(venueId);
    }
  }

  #release(venueId: number): void {
    this.#known.delete(venueId);
    this.#parts.released(entryId(venueId));
  }
}

/** What a stranger's order may do: a stop waits away from the book and takes when it fires. */
function termsOf(
  row: OpenOrderRow | OrderUpdateRow,
): Pick<OrderRequest, 'kind' | 'tif' | 'priceTicks' | 'triggerTicks'> {
  const { type, stopTicks, priceTicks } = row;
  if (type === undefined || !/^(?:stop|take_profit)/.test(type)) {
    return { kind: 'limit', tif: 'GTC', priceTicks };
  }
  const trigger = stopTicks === undefined ? {} : { triggerTicks: stopTicks };
  if (type.endsWith('_limit')) return { kind: 'stop-limit', tif: 'GTC', priceTicks, ...trigger };
  return { kind: 'stop-market', tif: 'IOC', priceTicks, ...trigger };
}

/** Orders that are not ours get numbers of their own, below zero. */
function entryId(venueId: number): number {
  return -venueId;
}
