import { MAX_TICKS } from './exposureBook.ts';
import { type AttachedStop, isStop, type OrderRequest } from './orderRequest.ts';
import { type Refusal, refuse } from './refusal.ts';

/** More lots than any market has; sums of many orders of that size are still exact. */
const MAX_LOTS = 2 ** 45;

/** Orders that the venue would cut up, move or repeat by itself, at prices and times of its own. */
const RUN_BY_VENUE: ReadonlySet<string> = new Set([
  'twap',
  'trailing_stop',
  'auto_chase',
  'swarm',
  'trigger_swarm',
  'conditional',
  'oco',
]);

/** Checks what a request is made of, before anything is looked up with it. */
export function checkShape(request: OrderRequest, marketCount: number): Refusal | undefined {
  const { market, kind, tif, side, priceTicks, lots } = request;
  if (!isWholeBetween(market, 0, marketCount - 1)) {
    return refuse('UNSUPPORTED', request, { note: `market ${market}` });
  }
  if (RUN_BY_VENUE.has(kind)) return refuse('RUN_BY_VENUE', request, { note: kind });
  const known = side === 'bid' || side === 'ask';
  if (!known || !isSupported(kind, tif)) {
    return refuse('UNSUPPORTED', request, { note: `${side} ${kind} ${tif}` });
  }
  if (!isPrice(priceTicks)) return refuse('TICK', request);
  if (!isWholeBetween(lots, 1, MAX_LOTS)) return refuse('LOT', request);
  return checkStop(request) ?? checkEdit(request) ?? checkAttached(request);
}

// The words come from outside in the end, so they are looked at and not only typed.
function isSupported(kind: string, tif: string): boolean {
  if (kind === 'market' || kind === 'stop-market') return tif === 'IOC';
  if (kind === 'stop-limit') return tif === 'GTC';
  return kind === 'limit' && (tif === 'GTC' || tif === 'IOC' || tif === 'ALO' || tif === 'TOB');
}

function checkStop(request: OrderRequest): Refusal | undefined {
  const { triggerTicks, reduceOnly } = request;
  if (!isStop(request)) {
    if (triggerTicks === undefined) return undefined;
    return refuse('UNSUPPORTED', request, { note: 'a trigger of an order that is no stop' });
  }
  // It would open at a time that nobody has chosen.
  if (!reduceOnly)
    return refuse('UNSUPPORTED', request, { note: 'a stop that is not reduce-only' });
  if (triggerTicks === undefined || !isPrice(triggerTicks)) {
    return refuse('TICK', request, { note: `trigger ${triggerTicks}` });
  }
  return undefined;
}

function checkEdit(request: OrderRequest): Refusal | undefined {
  const { replaces, kind, tif, attached } = request;
  if (replaces === undefined) return undefined;
  if (kind === 'limit' && tif === 'ALO' && attached === undefined) return undefined;
  return refuse('UNSUPPORTED', request, {
    note: 'the venue makes every edited order a plain ALO limit order',
  });
}

function checkAttached(request: OrderRequest): Refusal | undefined {
  const { attached } = request;
  if (attached === undefined) return undefined;
  if (isStop(request) || request.reduceOnly) {
    return refuse('UNSUPPORTED', request, { note: 'stops on an order that only reduces' });
  }
  for (const stop of attached) {
    const named = { note: `attached order ${stop.orderId}` };
    if (stop.kind !== 'stop-market' && stop.kind !== 'stop-limit') {
      return refuse('UNSUPPORTED', request, named);
    }
    if (!isPrice(stop.priceTicks) || !isPrice(stop.triggerTicks)) {
      return refuse('TICK', request, named);
    }
    if (!isWholeBetween(stop.lots, 1, request.lots)) return refuse('LOT', request, named);
  }
  return undefined;
}

/** The attached stop as an order of its own. */
export function attachedRequest(parent: OrderRequest, stop: AttachedStop): OrderRequest {
  return {
    orderId: stop.orderId,
    clientOrderId: stop.clientOrderId,
    account: parent.account,
    market: parent.market,
    side: parent.side === 'bid' ? 'ask' : 'bid',
    kind: stop.kind,
    tif: stop.kind === 'stop-market' ? 'IOC' : 'GTC',
    priceTicks: stop.priceTicks,
    triggerTicks: stop.triggerTicks,
    lots: stop.lots,
    reduceOnly: true,
    precedence: 'reduction',
    onConflict: 'BLOCK_NEW',
    strategy: parent.strategy,
    parent: parent.parent,
  };
}

function isPrice(ticks: number): boolean {
  return isWholeBetween(ticks, 1, MAX_TICKS);
}

function isWholeBetween(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
