import type { CandleRow } from '../../frames/frame.ts';
import { decodeCandle } from '../../frames/marketFrames.ts';
import { listRows } from '../../listRows.ts';
import { type Page, pageOf, type Read } from '../read.ts';

export interface CandleParams {
  readonly symbol: string;
  /** `1m`, `3m`, `5m`, `15m`, `30m`, `1h`, `2h`, `4h`, `8h`, `12h`, `1d`. */
  readonly interval: string;
  readonly startMs: number;
  readonly endMs?: number;
}

/** `GET /kline`: about 4000 candles at most. */
export const CANDLES: Read<CandleParams, Page<CandleRow>> = candlesAt('/kline');

/** `GET /kline/mark`: of the mark price; its volume means nothing. */
export const MARK_CANDLES: Read<CandleParams, Page<CandleRow>> = candlesAt('/kline/mark');

function candlesAt(path: string): Read<CandleParams, Page<CandleRow>> {
  return {
    path,
    isHeavy: true,
    parameters: ({ symbol, interval, startMs, endMs }) => ({
      symbol,
      interval,
      start_time: startMs,
      end_time: endMs,
    }),
    decode: (envelope, reading) =>
      pageOf(envelope, reading, (data, { markets, onBadRow }) =>
        listRows(data, 'kline', onBadRow, (row) => decodeCandle(row, markets)),
      ),
  };
}
