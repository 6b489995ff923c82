import { z } from 'zod';
import { decimal, integer, lotsOf, parseWith, ticksOf } from '../../fields.ts';
import type { TradeRow } from '../../frames/frame.ts';
import { tradeCause, tradeSide } from '../../frames/marketFrames.ts';
import { listRows } from '../../listRows.ts';
import { sideOfTrade } from '../../terms.ts';
import { type Page, pageOf, type Read } from '../read.ts';

/** The rows name neither their market nor their id. */
export const recentTradeSchema = z.object({
  event_type: z.string().nullish(),
  price: decimal,
  amount: decimal,
  side: tradeSide,
  cause: tradeCause,
  created_at: integer,
});

/** `GET /trades`: the taker's side of what was traded last. */
export const RECENT_TRADES: Read<{ readonly symbol: string }, Page<TradeRow>> = {
  path: '/trades',
  isHeavy: false,
  parameters: ({ symbol }) => ({ symbol }),
  decode: (envelope, reading, { symbol }) =>
    pageOf(envelope, reading, (data, { markets, onBadRow }) => {
      const market = markets.bySymbol(symbol);
      if (market === undefined) return [];
      return listRows(data, 'trades', onBadRow, (row) => {
        const raw = parseWith(recentTradeSchema, row, 'trades');
        if (raw.event_type === 'fulfill_maker') return undefined;
        return {
          market: market.id,
          ticks: ticksOf(raw.price, market),
          lots: lotsOf(raw.amount, market),
          takerSide: sideOfTrade(raw.side),
          cause: raw.cause,
          timeMs: raw.created_at,
          li: envelope.lastOrderId,
        };
      });
    }),
};
