import { describe, expect, jest, test } from '@jest/globals';
import { Hall } from '../exchange/support/hall.ts';
import { fuzzClient } from './clientFuzz.ts';
import { fuzzExchange } from './exchangeFuzz.ts';
import { shrunk } from './shrunk.ts';

jest.setTimeout(240_000);

/** `npm run fuzz` and `npm run soak` throw a hundred times as many. */
const RUNS = 10_000;

describe('nothing that arrives may do harm', () => {
  test('EX-300 EX-301 the exchange answers, accepts nothing unsigned, keeps its money, and lives', async () => {
    const { answers, failure, inputs } = await fuzzExchange({ seed: 1, runs: RUNS });
    expect(failure).toBeUndefined();
    expect(inputs).toBe(RUNS);
    // It was no empty exercise: every kind of answer was met.
    for (const kind of [
      'GET 200',
      'POST 200',
      'POST 400',
      'POST 422',
      'socket 200',
      'socket 420',
    ]) {
      expect(answers[kind]).toBeGreaterThan(0);
    }
  });

  test('the desk reads or refuses whatever an exchange may send', () => {
    const { answers, failure, inputs } = fuzzClient({ seed: 1, runs: RUNS });
    expect(failure).toBeUndefined();
    expect(inputs).toBe(RUNS);
    expect(answers.refused).toBeGreaterThan(0);
    for (const kind of ['frame', 'read account', 'query orders', 'answer batch']) {
      expect(answers[kind]).toBeGreaterThan(0);
    }
  });

  test('the same seed throws the same inputs', async () => {
    const once = await fuzzExchange({ seed: 5, runs: 400 });
    expect(await fuzzExchange({ seed: 5, runs: 400 })).toEqual(once);
    expect(await fuzzExchange({ seed: 6, runs: 400 })).not.toEqual(once);
    expect(fuzzClient({ seed: 5, runs: 400 })).toEqual(fuzzClient({ seed: 5, runs: 400 }));
  });
});

describe('what fuzzing found', () => {
  const OWN = { toString: null, toJSON: 1 };

  test('EX-300 a value that cannot become text is named in the answer, not thrown', async () => {
    const hall = await Hall.open();
    const order = hall.limit(0, 'bid', '90000', '0.01', { side: OWN });
    expect(await hall.post(0, '/orders/create', 'create_order', order)).toMatchObject([
      400,
      { error: expect.stringContaining('unknown variant `{"toString":null,"toJSON":1}`') },
    ]);
    const actions = [{ type: [OWN], data: {} }];
    const batch = await hall.request('POST', '/api/v1/orders/batch', JSON.stringify({ actions }));
    expect(batch.status).toBe(400);
  });

  test('EX-300 a subscription with such a value is met with silence', async () => {
    const line = await (await Hall.open()).connect();
    const params = { source: 'candle', symbol: 'BTC', interval: OWN };
    expect(await line.subscribe(params)).toEqual([]);
    expect(await line.subscribe({ source: 'book', symbol: 'BTC', agg_level: OWN })).toEqual([]);
    expect(await line.say({ method: 'ping' })).toEqual([{ channel: 'pong' }]);
  });
});

test('a failing input is shrunk to what makes it fail', () => {
  const fails = (text: string): boolean => text.includes('x') && text.includes('y');
  expect(shrunk(`${'a'.repeat(50)}x${'b'.repeat(70)}y${'c'.repeat(9)}`, fails)).toBe('xy');
});
