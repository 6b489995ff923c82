import type { Market } from '../../../protocol/market.ts';
import type { OrderStatus, Side } from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';

/** What happens to a TWAP order, as its history names it. */
export type TwapEvent = 'make' | 'sub_order_filled' | 'cancel' | 'force_cancel' | 'expired';

/** An order that the exchange works in market orders, one each 30 s. */
export interface Twap {
  readonly id: number;
  readonly account: Account;
  readonly market: Market;
  readonly side: Side;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string | null;
  /** Of each market order, millionths of a percent of the mark price. */
  readonly slippageMicroPercent: number;
  readonly lots: number;
  /** Size of each market order, and how many there are to be. */
  readonly plannedLots: number;
  readonly plannedCount: number;
  readonly createdMs: number;
  readonly expiresMs: number;
  pastCount: number;
  filledLots: number;
  /** Notional of all fills at their prices. */
  filledMicro: number;
  /** The same of the last market order that filled. */
  lastLots: number;
  lastMicro: number;
  status: OrderStatus;
  updatedMs: number;
  readonly events: TwapRecord[];
}

/** The figures of a TWAP order that change. */
export type TwapFigures = Pick<
  Twap,
  'pastCount' | 'filledLots' | 'filledMicro' | 'lastLots' | 'lastMicro' | 'status' | 'updatedMs'
>;

/** One event in the life of a TWAP order, with its figures right after it. */
export interface TwapRecord {
  readonly historyId: number;
  readonly twap: Twap;
  readonly event: TwapEvent;
  readonly figures: TwapFigures;
}
