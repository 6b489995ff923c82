import { initialMarginMicro } from '../../../ledger/margin.ts';
import { formatAmount, formatPrice, type Market, notionalMicro } from '../../../protocol/market.ts';
import { type Side, signOf, type TradeCause } from '../../../protocol/terms.ts';
import { DOLLARS, format } from '../../../std/decimal.ts';
import { mulDiv } from '../../../std/integers.ts';
import { type Account, holdingOf, marginOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { business, type Refusal } from '../requests/refusal.ts';

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
}

/** The engine's checks in their order; the first that fails answers. */
export function checkEntry(state: ExchangeState, entry: Entry): Refusal | undefined {
  return (
    checkClientId(state, entry) ??
    checkOpenOrders(state, entry) ??
    checkSize(state, entry) ??
    checkBand(state, entry) ??
    checkReduceOnly(entry) ??
    checkMargin(state, entry)
  );
}

function checkClientId(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, clientOrderId } = entry;
  if (clientOrderId === null) return undefined;
  const taken = account.byClientId.get(clientOrderId);
  if (taken === undefined) return undefined;
  if (state.settings.clientIdScope === 'open' && !account.open.has(taken.id)) return undefined;
  return business(`Duplicate client order id: ${clientOrderId}`);
}

function checkOpenOrders(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, tif } = entry;
  const limit = state.settings.openOrderLimit;
  if (tif === 'IOC' || account.open.size < limit) return undefined;
  return business(`Open order limit reached for ${account.address}: ${limit}`);
}

function checkSize(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, kind, lots, market: here, ticks } = entry;
  const { market } = here;
  const atMark = kind === 'market' && state.settings.marketNotionalAt === 'mark';
  const price = atMark ? here.markTicks() : ticks;
  // Amounts beyond exact arithmetic are far above any maximum.
  const exact = lots * Math.max(price, ticks) * market.microPerTickLot <= Number.MAX_SAFE_INTEGER;
  const micro = exact ? notionalMicro(market, price, lots) : Number.MAX_SAFE_INTEGER;
  const amount = format(micro, DOLLARS);
  if (micro < market.minOrderMicro) {
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

function checkReduceOnly(entry: Entry): Refusal | undefined {
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

/** The margin that the account would need with the order resting at its price, cross. */
function checkMargin(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, lots, market: here, side, ticks } = entry;
  const { market } = here;
  const micro = notionalMicro(market, ticks, lots);
  const required = addedMargin(account, market, side, micro);
  if (required <= 0) return undefined;
  const markets = state.markets.map((each) => each.market);
  const { availableMicro } = marginOf(account, markets, markPrices(state));
  if (required <= availableMicro) return undefined;
  return insufficient(account, required, availableMicro);
}

/** The refusal of what the account's money does not carry. */
export function insufficient(account: Account, neededMicro: number, hasMicro: number): Refusal {
  const needs = format(neededMicro, DOLLARS);
  const has = format(hasMicro, DOLLARS);
  return business(
    `Insufficient balance for ${account.address}: ${needs} (account value: ${has})`,
    4,
  );
}

function addedMargin(account: Account, market: Market, side: Side, micro: number): number {
  const holding = holdingOf(account, market);
  const before = { market, markTicks: 0, ...holding };
  const after =
    side === 'bid'
      ? { ...before, bidsMicro: holding.bidsMicro + micro }
      : { ...before, asksMicro: holding.asksMicro + micro };
  return initialMarginMicro(after) - initialMarginMicro(before);
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
