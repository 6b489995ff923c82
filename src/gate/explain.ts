import { formatAmount, formatMoney, formatPrice, type Market } from '../protocol/market.ts';
import type { Side, TimeInForce } from '../protocol/terms.ts';
import type { Deferred } from './decision.ts';
import type { EntrySummary } from './entry.ts';
import { isAtMarket, type OrderKind } from './orderRequest.ts';
import { type Measure, REFUSALS, type Refusal } from './refusal.ts';

const NAMED = 3;

/** Why an order was refused, and what to do: one sentence. */
export function explainRefusal(refusal: Refusal, markets: readonly Market[]): string {
  const { code, request, opponents } = refusal;
  const { cause, remedy } = REFUSALS[code];
  const parts = [`${describe(request, markets)} was refused (${code}): ${cause}`];
  if (opponents.length > 0) parts.push(list(opponents, markets));
  parts.push(...details(refusal, markets[request.market]));
  return `${parts.join(', ')}; ${remedy}.`;
}

/** What a deferred order waits for: one sentence. */
export function explainDeferral({ conflicts }: Deferred, markets: readonly Market[]): string {
  const opponents = conflicts.map(({ opponent }) => opponent);
  const request = conflicts[0]?.request;
  const what = request === undefined ? 'An order' : describe(request, markets);
  return `${what} waits until own orders in its way have ended: ${list(opponents, markets)}.`;
}

interface Described {
  readonly orderId: number;
  readonly account: number;
  readonly market: number;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly tif: TimeInForce;
  readonly priceTicks: number;
  readonly triggerTicks?: number;
  readonly replaces?: number;
}

function describe(
  order: Described & { readonly lots: number },
  markets: readonly Market[],
): string {
  return `Order ${order.orderId} (${terms(order, order.lots, markets)})`;
}

function list(opponents: readonly EntrySummary[], markets: readonly Market[]): string {
  const named = opponents.slice(0, NAMED).map((each) => {
    // A feared liquidation is no order and has no number.
    const number = each.state === 'LIQUIDATION' ? '' : `${each.orderId} `;
    return `${number}(${terms(each, each.remainingLots, markets)}, ${each.state})`;
  });
  const more = opponents.length - named.length;
  if (more > 0) named.push(`${more} more`);
  return `${opponents.length === 1 ? 'order' : 'orders'} ${named.join(', ')}`;
}

function terms(order: Described, lots: number, markets: readonly Market[]): string {
  const { account, side, tif, priceTicks, triggerTicks, replaces } = order;
  const market = markets[order.market];
  const verb = side === 'bid' ? 'buy' : 'sell';
  const amount = market === undefined ? `${lots} lots` : formatAmount(market, lots);
  const symbol = market?.symbol ?? `market ${order.market}`;
  const price = priced(priceTicks, market);
  const limit = isAtMarket(order) ? `at market, worst ${price}` : `at ${price} ${tif}`;
  const stop = triggerTicks === undefined ? '' : ` once ${priced(triggerTicks, market)} is reached`;
  const edit = replaces === undefined ? '' : ` in place of order ${replaces}`;
  return `account ${account}, ${verb} ${amount} ${symbol} ${limit}${stop}${edit}`;
}

function priced(ticks: number, market: Market | undefined): string {
  return market === undefined ? `${ticks} ticks` : formatPrice(market, ticks);
}

function details(refusal: Refusal, market: Market | undefined): string[] {
  const { measure, otherAccount, retryAtMs, note } = refusal;
  const found: string[] = [];
  if (otherAccount !== undefined) found.push(`the other account is ${otherAccount}`);
  if (measure !== undefined) {
    const { actual, bound } = measure;
    found.push(`${figure(actual, measure, market)} against ${figure(bound, measure, market)}`);
  }
  if (note !== undefined) found.push(note);
  if (retryAtMs !== undefined) found.push(`from ${retryAtMs} ms`);
  return found;
}

function figure(value: number, { unit }: Measure, market: Market | undefined): string {
  if (unit === 'micro-dollars') return `$${formatMoney(value)}`;
  if (unit === 'ticks' && market !== undefined) return formatPrice(market, value);
  if (unit === 'lots' && market !== undefined)
    return `${formatAmount(market, value)} ${market.symbol}`;
  return `${value} ${unit}`;
}
