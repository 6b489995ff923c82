import { z } from 'zod';
import { decimal, integer, lotsOf, microIn, microOf, ticksOf } from '../../fields.ts';
import type { FillRow } from '../../frames/frame.ts';
import { tradeCause, tradeSide } from '../../frames/marketFrames.ts';
import { marketRows } from '../../marketRows.ts';
import { type HistoryParams, type Page, pageOf, type Read } from '../read.ts';

export const tradeHistorySchema = z.object({
  history_id: integer,
  order_id: integer,
  client_order_id: z.string().nullish(),
  amount: decimal,
  price: decimal,
  fee: decimal,
  pnl: decimal,
  event_type: z.enum(['fulfill_taker', 'fulfill_maker']),
  side: tradeSide,
  cause: tradeCause,
  created_at: integer,
  entry_price: decimal.nullish(),
});

export interface TradeHistoryParams extends HistoryParams {
  readonly symbol?: string;
  /** At most 30 days apart. */
  readonly startMs?: number;
  readonly endMs?: number;
}

/** `GET /trades/history` as the same rows that `account_trades` streams, without a counter. */
export const TRADE_HISTORY: Read<TradeHistoryParams, Page<FillRow>> = {
  path: '/trades/history',
  isHeavy: true,
  parameters: ({ account, symbol, startMs, endMs, limit, cursor }) => ({
    account,
    symbol,
    start_time: startMs,
    end_time: endMs,
    limit,
    cursor,
  }),
  decode: (envelope, whole, { account }) =>
    pageOf(envelope, whole, (data, reading) =>
      marketRows(data, 'trades/history', tradeHistorySchema, reading, (raw, market) => ({
        historyId: raw.history_id,
        orderId: raw.order_id,
        clientOrderId: raw.client_order_id ?? null,
        account,
        market: market.id,
        ticks: ticksOf(raw.price, market),
        lots: lotsOf(raw.amount, market),
        role: raw.event_type,
        side: raw.side,
        cause: raw.cause,
        feeMicro: microOf(raw.fee, 'fee'),
        pnlMicro: microOf(raw.pnl, 'pnl'),
        timeMs: raw.created_at,
        li: 0,
        entryMicro: microIn(raw.entry_price, 'entry price'),
      })),
    ),
};
