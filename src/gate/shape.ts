import { MAX_TICKS } from './exposureBook.ts';
import type { OrderRequest } from './orderRequest.ts';
import { type Refusal, refuse } from './refusal.ts';

/** More lots than any market has; sums of many orders of that size are still exact. */
const MAX_LOTS = 2 ** 45;

/** Checks what a request is made of, before anything is looked up with it. */
export function checkShape(request: OrderRequest, marketCount: number): Refusal | undefined {
  const { market, kind, tif, side, priceTicks, lots } = request;
  if (!Number.isInteger(market) || market < 0 || market >= marketCount) {
    return refuse('UNSUPPORTED', request, { note: `market ${market}` });
  }
  const known = side === 'bid' || side === 'ask';
  if (!known || !isSupported(kind, tif)) {
    return refuse('UNSUPPORTED', request, { note: `${side} ${kind} ${tif}` });
  }
  if (!Number.isInteger(priceTicks) || priceTicks < 1 || priceTicks > MAX_TICKS) {
    return refuse('TICK', request);
  }
  if (!Number.isInteger(lots) || lots < 1 || lots > MAX_LOTS) return refuse('LOT', request);
  return undefined;
}

// The words come from outside in the end, so they are looked at and not only typed.
function isSupported(kind: string, tif: string): boolean {
  if (kind === 'market') return tif === 'IOC';
  return kind === 'limit' && (tif === 'GTC' || tif === 'IOC' || tif === 'ALO' || tif === 'TOB');
}
