import { z } from 'zod';
import { decimal, integer, microOf, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export interface PortfolioParams {
  readonly account: string;
  /** The exchange refuses to answer without one. */
  readonly timeRange: '1d' | '7d' | '14d' | '30d' | 'all';
  readonly startMs?: number;
  readonly endMs?: number;
  readonly limit?: number;
}

export interface PortfolioPoint {
  readonly equityMicro: number;
  /** Since the account was created. */
  readonly pnlMicro: number;
  readonly timeMs: number;
}

export const portfolioPointSchema = z.object({
  account_equity: decimal,
  pnl: decimal,
  timestamp: integer,
});

/** `GET /portfolio`: equity over time. */
export const PORTFOLIO: Read<PortfolioParams, Page<PortfolioPoint>> = {
  path: '/portfolio',
  isHeavy: false,
  parameters: ({ account, timeRange, startMs, endMs, limit }) => ({
    account,
    time_range: timeRange,
    start_time: startMs,
    end_time: endMs,
    limit,
  }),
  decode: (envelope, reading) =>
    pageOf(envelope, reading, (data, { onBadRow }) =>
      listRows(data, 'portfolio', onBadRow, (row) => {
        const raw = parseWith(portfolioPointSchema, row, 'portfolio');
        return {
          equityMicro: microOf(raw.account_equity, 'equity'),
          pnlMicro: microOf(raw.pnl, 'pnl'),
          timeMs: raw.timestamp,
        };
      }),
    ),
};
