import type { StopOrderInfo } from '../../../protocol/operations/orders/stopOrderInfo.ts';
import { type Grid, parseExact } from '../../../std/decimal.ts';
import { type ExchangeState, marketOf } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import type { StopTerms } from '../orders/stopTerms.ts';
import {
  accepted,
  business,
  invalid,
  malformed,
  type Refusal,
  type Result,
  refused,
} from './refusal.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PERCENT: Grid = { step: 1, decimals: 6 };
const WHOLE = 100_000_000;

/** A client order id as the wire carries it; `null` when there is none. */
export function readClientId(
  id: string | undefined,
  where = 'client_order_id',
): Result<string | null> {
  if (id === undefined) return accepted(null);
  return UUID.test(id) ? accepted(id) : refused(malformed(`${where}: UUID parsing failed`));
}

export function readMarket(state: ExchangeState, symbol: string): Result<MarketState> {
  const here = marketOf(state, symbol);
  return here === undefined ? refused(business(`Book not found: ${symbol}`, 2)) : accepted(here);
}

/** An amount in lots. Whether there is enough of it is the engine's business. */
export function readLots({ listed, market }: MarketState, amount: string): Result<number> {
  const lots = parseExact(amount, market.lot);
  return lots === undefined
    ? refused(notMultiple('amount', amount, 'lot', listed.lotSize))
    : accepted(lots);
}

/** A price in ticks, within the market's range. */
export function readTicks(
  { listed, market }: MarketState,
  price: string,
  outside: (price: string) => Refusal = invalidLevel,
): Result<number> {
  const ticks = parseExact(price, market.tick);
  if (ticks === undefined) return refused(notMultiple('price', price, 'tick', listed.tickSize));
  return ticks < 1 || ticks > listed.maxTicks ? refused(outside(price)) : accepted(ticks);
}

/** A slippage in millionths of a percent. */
export function readSlippage(text: string): Result<number> {
  const slippage = parseExact(text, PERCENT);
  return slippage === undefined || slippage < 0 || slippage > WHOLE
    ? refused(invalid(`Invalid slippage percent: ${text}`))
    : accepted(slippage);
}

/** A trigger; prices and amount lie on their grids. */
export function readStop(
  state: ExchangeState,
  here: MarketState,
  name: StopTerms['name'],
  info: StopOrderInfo,
): Result<StopTerms> {
  const clientOrderId = readClientId(info.client_order_id, `${name}.client_order_id`);
  if (!clientOrderId.ok) return clientOrderId;
  const ticks = readTicks(here, info.stop_price, invalidStop);
  if (!ticks.ok) return ticks;
  const limit = info.limit_price === undefined ? undefined : readTicks(here, info.limit_price);
  if (limit?.ok === false) return limit;
  const lots = info.amount === undefined ? undefined : readLots(here, info.amount);
  if (lots?.ok === false) return lots;
  return accepted({
    name,
    ticks: ticks.value,
    limitTicks: limit?.value,
    lots: lots?.value,
    clientOrderId: clientOrderId.value,
    source: info.trigger_price_type ?? state.settings.defaultTrigger,
  });
}

/** Take-profit and stop-loss of a request, in this order, as far as it has them. */
export function readLegs(
  state: ExchangeState,
  here: MarketState,
  fields: {
    readonly take_profit?: StopOrderInfo | undefined;
    readonly stop_loss?: StopOrderInfo | undefined;
  },
): Result<readonly StopTerms[]> {
  const legs: StopTerms[] = [];
  for (const name of ['take_profit', 'stop_loss'] as const) {
    const info = fields[name];
    const leg = info === undefined ? undefined : readStop(state, here, name, info);
    if (leg?.ok === false) return leg;
    if (leg !== undefined) legs.push(leg.value);
  }
  return accepted(legs);
}

function invalidLevel(price: string): Refusal {
  return business(`Invalid tick level: ${price}`, 3);
}

function invalidStop(price: string): Refusal {
  return business(`Invalid stop tick: ${price}`);
}

function notMultiple(field: string, value: string, step: 'tick' | 'lot', size: string): Refusal {
  return invalid(`Invalid ${field}: ${value} is not a multiple of ${step} size ${size}`);
}
