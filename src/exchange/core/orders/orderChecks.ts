import { formatAmount, formatPrice, notionalMicro } from '../../../protocol/market.ts';
import { type Side, signOf, type TradeCause } from '../../../protocol/terms.ts';
import { DOLLARS, format } from '../../../std/decimal.ts';
import { mulDiv } from '../../../std/integers.ts';
import { type Account, holdingOf } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { checkMargin } from '../money/orderMargin.ts';
import { business, type Refusal } from '../requests/refusal.ts';
import type { Order } from './order.ts';
import { checkLegs, type StopTerms } from './stopTerms.ts';

/** An order as the engine is about to take it. */
export interface Entry {
  readonly account: Account;
  readonly market: MarketState;
  readonly side: Side;
  readonly kind: 'limit' | 'market';
  readonly tif: 'GTC' | 'IOC' | 'ALO' | 'TOB';
  /** Limit price, or the worst price of a market order. */
  readonly ticks: number;
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly clientOrderId: string | null;
  /** `normal` when absent. */
  readonly cause?: TradeCause;
  /** One of a TWAP order's market orders: the minimum holds for the whole, not for each. */
  readonly isSlice?: boolean;
  /** Take-profit and stop-loss to hang on it. */
  readonly legs?: readonly StopTerms[];
  /** The order that makes room for it, with an edit. */
  readonly replaces?: Order;
}

/** The engine's checks in their order; the first that fails answers. */
export function checkEntry(state: ExchangeState, entry: Entry): Refusal | undefined {
  return (
    checkHalt(entry) ??
    checkClientId(state, entry) ??
    checkOpenOrders(state, entry) ??
    checkSize(state, entry) ??
    checkBand(state, entry) ??
    checkReduceOnly(entry) ??
    checkLegs(entry) ??
    checkMargin(state, entry)
  );
}

function checkHalt({ market: { halted, market } }: Entry): Refusal | undefined {
  return halted ? business(`Trading is disabled for ${market.symbol}`, 38) : undefined;
}

function checkClientId(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, clientOrderId, legs = [], replaces } = entry;
  const seen = new Set<string>();
  for (const id of [clientOrderId, ...legs.map((leg) => leg.clientOrderId)]) {
    if (id === null) continue;
    const isReplaced = id === replaces?.clientOrderId;
    if (seen.has(id) || (!isReplaced && isTaken(state, account, id))) return duplicate(id);
    seen.add(id);
  }
  return undefined;
}

/** Whether an account may not use a client order id (any more). */
export function isTaken(state: ExchangeState, account: Account, clientOrderId: string): boolean {
  const order = account.byClientId.get(clientOrderId);
  if (order === undefined) return false;
  const isOpen = account.open.has(order.id) || account.stops.has(order.id);
  return isOpen || state.settings.clientIdScope === 'forever';
}

export function duplicate(clientOrderId: string): Refusal {
  return business(`Duplicate client order id: ${clientOrderId}`);
}

function checkOpenOrders(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, legs = [], replaces, tif } = entry;
  const rests = tif === 'IOC' || replaces !== undefined ? 0 : 1;
  return checkRoom(state, account, rests + legs.length);
}

/** Whether an account may have so many more open orders, resting or waiting for a trigger. */
export function checkRoom(
  state: ExchangeState,
  { address, open, stops }: Account,
  more: number,
): Refusal | undefined {
  const limit = state.settings.openOrderLimit;
  if (more === 0 || open.size + stops.size + more <= limit) return undefined;
  return business(`Open order limit reached for ${address}: ${limit}`);
}

/** Whether an order's notional lies between the market's minimum and maximum. */
export function checkSize(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, isSlice = false, kind, lots, market: here, reduceOnly, ticks } = entry;
  const { market } = here;
  const atMark = kind === 'market' && state.settings.marketNotionalAt === 'mark';
  const price = atMark ? here.markTicks() : ticks;
  // Amounts beyond exact arithmetic are far above any maximum.
  const exact = lots * Math.max(price, ticks) * market.microPerTickLot <= Number.MAX_SAFE_INTEGER;
  const micro = exact ? notionalMicro(market, price, lots) : Number.MAX_SAFE_INTEGER;
  const amount = format(micro, DOLLARS);
  const isSpared = isSlice || (reduceOnly && state.settings.reduceOnlyMinimum === 'none');
  if (micro < market.minOrderMicro && (!isSpared || lots <= 0)) {
    const least = format(market.minOrderMicro, DOLLARS);
    const text = `Order amount too low for ${account.address}: ${amount} < ${least}`;
    return business(text, 0, 'invalid_amount');
  }
  if (micro > market.maxOrderMicro) {
    const most = format(market.maxOrderMicro, DOLLARS);
    const text = `Order amount too high for ${account.address}: ${amount} > ${most}`;
    return business(text, 0, 'invalid_amount');
  }
  return undefined;
}

function checkBand(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { kind, market: here, side, ticks } = entry;
  if (kind === 'market') return undefined;
  const { settings } = state;
  const mark = here.markTicks();
  const floor = side === 'bid' ? settings.bidFloorPercent : settings.askFloorPercent;
  const ceiling = side === 'bid' ? settings.bidCeilingPercent : settings.askCeilingPercent;
  if (ticks * 100 >= mark * floor && ticks * 100 <= mark * ceiling) return undefined;
  const { market } = here;
  return business(
    `Price too far from mark: ${formatPrice(market, ticks)} ${formatPrice(market, mark)}`,
  );
}

/** Whether a reduce-only order has a position to reduce, and no more than that. */
export function checkReduceOnly(entry: Entry): Refusal | undefined {
  const { account, lots, market: here, reduceOnly, side } = entry;
  if (!reduceOnly) return undefined;
  const { market } = here;
  const held = holdingOf(account, market).position.lots;
  if (held === 0) {
    const where = `${account.address} ${market.symbol}`;
    return business(`No position found for reduce-only order: ${where}`);
  }
  if (held * signOf(side) > 0) {
    return business('Invalid reduce-only order side: must be opposite to position side');
  }
  if (lots <= Math.abs(held)) return undefined;
  const has = formatAmount(market, Math.abs(held));
  return business(
    `Invalid reduce-only order amount: ${formatAmount(market, lots)} exceeds position amount ${has}`,
  );
}

/**
 * Worst price of a market order: the mark price moved by the slippage, to the nearest tick inside.
 * Slippage is in millionths of a percent.
 */
export function worstTicks(here: MarketState, side: Side, slippageMicroPercent: number): number {
  const mark = here.markTicks();
  const whole = 100_000_000;
  if (side === 'bid') {
    const ticks = mulDiv(mark, whole + slippageMicroPercent, whole, 'down');
    return ticks < here.listed.maxTicks ? ticks : here.listed.maxTicks;
  }
  const ticks = mulDiv(mark, whole - slippageMicroPercent, whole, 'up');
  return ticks > 1 ? ticks : 1;
}
