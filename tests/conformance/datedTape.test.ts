import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startExchange } from '../../src/assembly/startExchange.ts';
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
  });
  const now = server.nowMs();
  const path = `/api/v1/kline?symbol=BTC&interval=1m&start_time=${now - 10 * MINUTE_MS}`;
  const { body } = await server.onRequest({ method: 'GET', path, headers: {} }, '127.0.0.1');
  const { data } = JSON.parse(body) as { data: { t: number; T: number }[] };
  if (datedNow) {
    expect(data.length).toBeGreaterThanOrEqual(10);
    expect(data.at(-1)?.t).toBeLessThanOrEqual(now);
    expect(data.at(-1)?.T).toBeGreaterThan(now - MINUTE_MS);
  } else expect(data).toEqual([]);
  await server.close();
});
