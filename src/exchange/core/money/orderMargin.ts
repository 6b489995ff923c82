import { maintenanceMarginMicro, reservedMicro } from '../../../ledger/margin.ts';
import { unrealisedMicro } from '../../../ledger/position.ts';
import { formatAmount, formatPrice, type Market, notionalMicro } from '../../../protocol/market.ts';
import { type Side, signOf } from '../../../protocol/terms.ts';
import { DOLLARS, format } from '../../../std/decimal.ts';
import { safe } from '../../../std/integers.ts';
import { type Account, holdingOf, marginOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { openLots } from '../orders/order.ts';
import type { Entry } from '../orders/orderChecks.ts';
import { business, type Refusal } from '../requests/refusal.ts';

const { abs, floor, max, min } = Math;

/**
 * Whether an account's money carries an order: the initial margin that it would add, resting at its
 * price, is free; and its fills would not put the account below its maintenance margin.
 */
export function checkMargin(state: ExchangeState, entry: Entry): Refusal | undefined {
  const { account, lots, market: here, replaces, side, ticks } = entry;
  const { market } = here;
  const freed =
    replaces === undefined ? 0 : notionalMicro(market, replaces.ticks, openLots(replaces));
  const micro = notionalMicro(market, ticks, lots) - freed;
  const required = addedMargin(account, market, side, micro);
  if (required <= 0) return undefined;
  const markets = state.markets.map((each) => each.market);
  const margin = marginOf(account, markets, markPrices(state));
  if (required > margin.availableMicro) {
    return insufficient(account, required, margin.availableMicro);
  }
  const holding = holdingOf(account, market);
  const free = holding.isolated
    ? isolatedFreeMicro(account, here, required)
    : margin.crossEquityMicro - margin.maintenanceMicro;
  return checkLiquidation(entry, free);
}

/**
 * The refusal of what the account's money does not carry. With the engine's number: these words were
 * seen with no other, and a client tells by it.
 */
export function insufficient(account: Account, neededMicro: number, hasMicro: number): Refusal {
  const needs = format(neededMicro, DOLLARS);
  const has = format(hasMicro, DOLLARS);
  return business(
    `Insufficient balance for ${account.address}: ${needs} (account value: ${has})`,
    5,
  );
}

function addedMargin(account: Account, market: Market, side: Side, micro: number): number {
  const holding = holdingOf(account, market);
  const before = { market, markTicks: 0, ...holding };
  const after =
    side === 'bid'
      ? { ...before, bidsMicro: holding.bidsMicro + micro }
      : { ...before, asksMicro: holding.asksMicro + micro };
  return reservedMicro(after) - reservedMicro(before);
}

/** What an isolated position would have above its maintenance margin with `added` more on it. */
function isolatedFreeMicro(account: Account, here: MarketState, added: number): number {
  const { market } = here;
  const { isolatedMicro, position } = holdingOf(account, market);
  const mark = here.markTicks();
  const equity = safe(isolatedMicro + added + unrealisedMicro(position, market, mark));
  return equity - maintenanceMarginMicro(position, market, mark);
}

/**
 * Refuses an order that would be liquidated as soon as it filled: worse than the mark price by more
 * than what is free above the maintenance margin. What it would really pay counts, not its limit.
 */
function checkLiquidation(entry: Entry, freeMicro: number): Refusal | undefined {
  const { account, lots, market: here, side, ticks } = entry;
  const { market } = here;
  const mark = here.markTicks();
  const sign = signOf(side);
  const opened = min(lots, max(0, lots + sign * holdingOf(account, market).position.lots));
  const added = maintenanceMarginMicro({ lots: opened, costMicro: 0 }, market, mark);
  const spare = freeMicro - added;
  const perTick = opened * market.microPerTickLot;
  if (sign * (ticks - mark) * perTick <= spare) return undefined;
  if ((lossTicks(here, side, ticks, lots) / lots) * perTick <= spare) return undefined;
  const safeTicks = mark + sign * max(0, floor(spare / perTick));
  return business(
    `Immediate liquidation for ${market.symbol}: size ${formatAmount(market, lots)} tick level ${formatPrice(market, ticks)} safe tick level ${formatPrice(market, safeTicks)}`,
  );
}

/** Ticks × lots that an order would trade or rest at worse than the mark price. */
function lossTicks(here: MarketState, side: Side, limit: number, lots: number): number {
  const { engine } = here;
  const sign = signOf(side);
  const counter = side === 'bid' ? 'ask' : 'bid';
  const mark = here.markTicks();
  let left = lots;
  let loss = 0;
  let price = counter === 'ask' ? engine.bestAsk() : engine.bestBid();
  while (left > 0 && price !== 0 && sign * (limit - price) >= 0) {
    const taken = min(left, abs(engine.levelLots(price)));
    loss += sign * (price - mark) * taken;
    left -= taken;
    price = engine.nextPrice(counter, price);
  }
  return loss + sign * (limit - mark) * left;
}
