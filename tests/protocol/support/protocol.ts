// What the tests of the protocol have in common: two markets, faults, the files of literal payloads.
import { expect } from '@jest/globals';
import { type Market, makeMarket } from '../../../src/protocol/market.ts';
import { MarketIndex } from '../../../src/protocol/marketIndex.ts';
import type { Envelope } from '../../../src/protocol/replies/envelope.ts';

const figures = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
export const BTC: Market = makeMarket(0, {
  symbol: 'BTC',
  tickSize: '1',
  lotSize: '0.00001',
  ...figures,
});
export const ETH: Market = makeMarket(1, {
  symbol: 'ETH',
  tickSize: '0.1',
  lotSize: '0.0001',
  ...figures,
});
export const MARKETS: MarketIndex = new MarketIndex([BTC, ETH]);

/** An error of ours about something that the exchange sent, whose sentence holds `text`. */
export function fault(text: string): unknown {
  return expect.objectContaining({
    code: 'EXCHANGE_PROTOCOL',
    message: expect.stringContaining(text),
  });
}

export function envelopeOf(data: unknown, more: Partial<Envelope> = {}): Envelope {
  return { data, lastOrderId: 0, nextCursor: undefined, ...more };
}
