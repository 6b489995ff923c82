/** The words of the exchange: `bid` buys (or is long), `ask` sells (or is short). */
export type Side = 'bid' | 'ask';

/** Time in force. GTC and IOC wait the taker delay; ALO is post-only; TOB is ALO with repricing. */
export type TimeInForce = 'GTC' | 'IOC' | 'ALO' | 'TOB';

export const OPPOSITE: Readonly<Record<Side, Side>> = { bid: 'ask', ask: 'bid' };

/** +1 for a bid, −1 for an ask. */
export function signOf(side: Side): 1 | -1 {
  return side === 'bid' ? 1 : -1;
}

/** The side whose order moves a position by `lots` (positive buys). */
export function sideOf(lots: number): Side {
  return lots >= 0 ? 'bid' : 'ask';
}

export const ORDER_STATUSES = [
  'open',
  'partially_filled',
  'filled',
  'cancelled',
  'rejected',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_EVENTS = [
  'make',
  'stop_created',
  'twap_created',
  'fulfill_market',
  'fulfill_limit',
  'adjust',
  'stop_parent_order_filled',
  'stop_triggered',
  'stop_upgrade',
  'twap_triggered',
  'cancel',
  'force_cancel',
  'expired',
  'post_only_rejected',
  'self_trade_prevented',
] as const;
export type OrderEvent = (typeof ORDER_EVENTS)[number];

export type TradeSide = 'open_long' | 'open_short' | 'close_long' | 'close_short';
export type TradeCause = 'normal' | 'market_liquidation' | 'backstop_liquidation' | 'settlement';
export type TradeRole = 'fulfill_taker' | 'fulfill_maker';

/** What a trade did to the base asset of the account that reports it. */
export function sideOfTrade(side: TradeSide): Side {
  return side === 'open_long' || side === 'close_short' ? 'bid' : 'ask';
}
