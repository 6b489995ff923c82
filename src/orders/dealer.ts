import type { Order } from '../accounts/order.ts';
import type { MarketView } from '../book/marketView.ts';
import type { ConflictAction } from '../config/strategyConfig.ts';
import type { Precedence } from '../gate/orderRequest.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import type { Market } from '../protocol/market.ts';
import type { Side, TimeInForce } from '../protocol/terms.ts';

/** A child order before the gate has seen it. Limit orders only: a market order is an IOC at a cap. */
export interface Draft {
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  readonly tif: TimeInForce;
  readonly priceTicks: number;
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly precedence: Precedence;
  readonly onConflict: ConflictAction;
  readonly strategy: number;
  /** Parent order or pair; with `leg` and `attempt` it gives the order its name. */
  readonly parent: number;
  readonly leg: string;
  readonly attempt: number;
}

/** Why drafts were not taken. */
export interface Denial {
  /** A refusal code of the gate, or `DEFERRAL_EXPIRED`. */
  readonly code: string;
  readonly sentence: string;
  /** Monotonic ms before which asking again is pointless. */
  readonly retryAtMs: number | undefined;
}

/** What happens to dealt drafts; for one call either `onReserved` or `onDenied`, once. */
export interface ChildWatcher {
  /** In the order of the drafts. */
  onReserved(orders: readonly Order[]): void;
  onDenied(denial: Denial): void;
  /** More of the order is known to be filled, or its fate became unknown. */
  onProgress(order: Order): void;
  onEnded(order: Order): void;
}

/** What the coordinator needs of the kernel around it. */
export interface Dealer {
  /** Monotonic milliseconds. */
  nowMs(): number;
  market(id: number): Market;
  view(market: number): MarketView;
  positionLots(account: number, market: number): number;
  /** Largest opening, in lots, that the account's size limit allows at this price. */
  openingCapLots(account: number, market: number, priceTicks: number): number;
  /** Drafts are judged together: all are reserved or none. A deferral is waited out inside. */
  deal(drafts: readonly Draft[], watcher: ChildWatcher): void;
  /** Asks the venue to cancel; the order's ending arrives at its watcher. */
  cancel(order: Order): void;
  /** Looks the account's orders up at the venue now, because one of them is overdue. */
  inquire(account: number): void;
  /** A number for a new parent order or pair, tied to the signal that caused it. */
  newParent(strategy: number, signal: string): number;
  /** Leaves work to a moment of its own, right after this one and in order. */
  soon(work: () => void): void;
  /** Calls `fire` once after `delayMs`; the number clears it. */
  after(delayMs: number, fire: () => void): number;
  clear(timer: number): void;
  /** In [0, 1); for back-off only. */
  jitter(): number;
  /** Writes into the audit log. */
  note(type: string, body: { readonly [key: string]: Json }): void;
}

/** Price of an order that takes: the best opposing price, `slippageBps` further. */
export function takingTicks(view: MarketView, side: Side, slippageBps: number): number {
  return side === 'bid'
    ? Math.ceil((view.askTicks * (10_000 + slippageBps)) / 10_000)
    : Math.floor((view.bidTicks * (10_000 - slippageBps)) / 10_000);
}
