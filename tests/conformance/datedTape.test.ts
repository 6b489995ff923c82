import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startExchange } from '../../src/assembly/startExchange.ts';
import { CandleSeries, INTERVAL_MINUTES } from '../../src/exchange/core/markets/candles.ts';
import { createNodeHost } from '../../src/host/nodeHost.ts';

const MINUTE_MS = 60_000;

test.each([
  [true, 'go on from now'],
  [false, 'keep their dates'],
])('EX-305 with the tape dated now: %s, candles %s', async (datedNow) => {
  const host = createNodeHost({ unrefTimers: true });
  const server = await startExchange(host, {
    port: 0,
    tapeFolder: fileURLToPath(new URL('../../tapes/sample', import.meta.url)),
    speed: 1,
    seed: 1,
    accounts: 1,
    owner: 'family',
    datedNow,
    settings: { wallClockCandles: false },
  });
  const now = server.nowMs();
  const path = `/api/v1/kline?symbol=BTC&interval=1m&start_time=${now - 10 * MINUTE_MS}`;
  const { body } = await server.onRequest({ method: 'GET', path, headers: {} }, '127.0.0.1');
  const { data } = JSON.parse(body) as { data: { t: number; T: number }[] };
  if (datedNow) {
    expect(data.length).toBeGreaterThanOrEqual(10);
    expect(data.at(-1)?.t).toBeLessThanOrEqual(now);
    expect(data.at(-1)?.T).toBeGreaterThan(now);
  } else expect(data).toEqual([]);
  await server.close();
});

test('EX-306 weeks begin on Mondays, months last thirty days', () => {
  const monday = Date.UTC(2026, 10, 23);
  const series = new CandleSeries([], (ticks) => ticks);
  series.record(monday - 1, 1000, 1, 1);
  series.record(monday + 5 * 86_400_000, 1100, 1, 1);
  const week = series.between(INTERVAL_MINUTES.get('1w') as number, 0, monday * 2, 10);
  expect(week.map(({ closeTicks, startMs }) => [startMs - monday, closeTicks])).toEqual([
    [-7 * 86_400_000, 1000],
    [0, 1100],
  ]);
  const month = series.between(INTERVAL_MINUTES.get('1M') as number, 0, monday * 2, 10);
  expect(month.map(({ startMs }) => startMs % (30 * 86_400_000))).toEqual(month.map(() => 0));
});
