// Channels of the WebSocket beside the best known ones, older shapes of these, and bad rows.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import { decimal, integer, label, lotsOf } from '../../src/protocol/fields.ts';
import { decodeFrame } from '../../src/protocol/frames/decodeFrame.ts';
import type { Frame } from '../../src/protocol/frames/frame.ts';
import { raise } from '../../src/protocol/listRows.ts';
import { parseJson } from '../../src/protocol/parseJson.ts';
import { decodeQuery, type Query } from '../../src/protocol/queries.ts';
import type { Read } from '../../src/protocol/reads/read.ts';
import { READS } from '../../src/protocol/reads/reads.ts';
import { readEnvelope } from '../../src/protocol/replies/envelope.ts';
import type { BreakwaterError } from '../../src/std/errors.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';
import { fixture } from './fixture.ts';
import { BTC, ETH, envelopeOf, fault, MARKETS } from './support/protocol.ts';

interface RawFrame {
  readonly channel?: string;
  readonly data?: unknown;
}
const frames = fixture<Readonly<Record<string, RawFrame>>>('frames');
const channels = fixture<Readonly<Record<string, RawFrame>>>('channels');
const replies = fixture<Readonly<Record<string, unknown>>>('replies');
const MAIN = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const SUB = '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut';
const CLOID = 'add9a4b5-c7f7-4124-b57f-86982d86d479';

function decode(frame: unknown, problems?: BreakwaterError[]): Frame {
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  return problems === undefined
    ? decodeFrame(text, MARKETS)
    : decodeFrame(text, MARKETS, (problem) => problems.push(problem));
}

function rowsOf(frame: Frame): readonly { readonly [key: string]: unknown }[] {
  return 'rows' in frame ? (frame.rows as unknown as { readonly [key: string]: unknown }[]) : [];
}

describe('a channel', () => {
  const twap = {
    orderId: 700,
    clientOrderId: CLOID,
    market: 0,
    side: 'bid',
    lots: 150_000,
    filledLots: 50_000,
    reduceOnly: false,
    slippagePercent: '0.5',
    plannedLots: 7500,
    plannedCount: 20,
    pastCount: 7,
    filledMicro: 44_750_500_000,
    expiresMs: 1765017679008,
    createdMs: 1765017049008,
  };

  test('PROTO-71: margin modes and leverages, of any market', () => {
    expect(decode(channels.margin)).toEqual({
      channel: 'account_margin',
      account: MAIN,
      symbol: 'BTC',
      isolated: true,
      timeMs: 1234567890000,
    });
    expect(decode(channels.leverage)).toEqual({
      channel: 'account_leverage',
      account: MAIN,
      symbol: 'SOL-USDC',
      leverage: 12,
      timeMs: 1234567890000,
    });
  });

  test('PROTO-71, PROTO-72: transfers, listed or single, with fields left out or null', () => {
    const rows = rowsOf(decode(channels.transfers));
    expect(rows.map(({ event }) => event)).toEqual([
      'deposit',
      'subaccount_transfer',
      'withdrawal_pending',
      'withdrawal_confirmed',
      'other',
    ]);
    expect(rows[0]).toMatchObject({
      account: MAIN,
      asset: 'USDC',
      amount: '100.5',
      timeMs: 1234567890000,
      transaction: '5xk9',
      sender: MAIN,
      recipient: SUB,
      requestedMicro: 101_500_000,
      feeMicro: 1_000_000,
    });
    expect(rows[4]).toEqual({
      account: MAIN,
      event: 'other',
      asset: null,
      amount: '5',
      timeMs: 1234567890001,
    });
    expect(decode(channels.transfersOld)).toEqual({
      channel: 'account_transfers',
      rows: [
        { account: MAIN, event: 'deposit', asset: null, amount: '100', timeMs: 1234567890000 },
      ],
    });
  });

  test('PROTO-71, PROTO-72: TWAP orders and their updates', () => {
    expect(decode(channels.twapOrders)).toEqual({
      channel: 'account_twap_orders',
      account: null,
      li: 701,
      rows: [
        twap,
        {
          ...twap,
          orderId: 701,
          clientOrderId: null,
          side: 'ask',
          filledLots: 0,
          reduceOnly: true,
          slippagePercent: '1',
          pastCount: 0,
          filledMicro: 0,
        },
      ],
    });
    expect(decode(channels.noTwapOrders)).toMatchObject({ rows: [], li: 0 });
    const updates = rowsOf(decode(channels.twapUpdates));
    expect(updates[0]).toEqual({
      ...twap,
      account: MAIN,
      updatedMs: 1765017219639,
      event: 'sub_order_filled',
      status: 'open',
      lastMicro: 89_501_500_000,
      lastValueMicro: 6_712_610_000,
    });
    expect(updates.map(({ status }) => status)).toEqual([
      'open',
      'partially_filled',
      'filled',
      'cancelled',
      'rejected',
      'other',
      'open',
    ]);
    expect(updates[6]).toMatchObject({
      event: 'twap_created',
      filledMicro: 0,
      clientOrderId: null,
    });
  });

  test('PROTO-20, PROTO-71: strategies, and what nobody has thought of, are other', () => {
    expect(decode(channels.strategy)).toEqual({
      channel: 'other',
      name: 'account_order_strategy_updates',
    });
    expect(decode({ channel: 'weather', data: [1] })).toEqual({
      channel: 'other',
      name: 'weather',
    });
  });

  test('PROTO-71: stops in open orders and order updates', () => {
    expect(rowsOf(decode(channels.stopOrders))).toEqual([
      expect.objectContaining({
        type: 'stop_loss_market',
        stopType: 'stop_loss',
        stopTicks: 78_000,
        priceTicks: 0,
        lots: 0,
      }),
      expect.objectContaining({ type: 'stop_limit', clientOrderId: null }),
    ]);
    const stops = rowsOf(decode(channels.orderStops));
    expect(stops.map(({ trigger }) => trigger)).toEqual([
      'mark_price',
      'last_trade_price',
      'mid_price',
    ]);
    expect(stops[0]).toMatchObject({
      type: 'stop_loss_limit',
      stopTicks: 88_000,
      parentOrderId: 1_559_665_357,
    });
  });

  test('PROTO-71: replies with the name of the error, batches, the answer to a wrong ping', () => {
    expect(decode(channels.errorNamed)).toMatchObject({
      channel: 'reply',
      code: 420,
      error: 'Order amount too low',
      errorId: 'invalid_amount',
    });
    expect(decode(channels.oddCredits)).toMatchObject({ code: 200, credits: null });
    expect(decode(channels.batchReply)).toMatchObject({ channel: 'reply', code: 200 });
    expect(decode(channels.pingRefused)).toMatchObject({ channel: 'reply', id: null, code: 400 });
    expect(decode(channels.twapUnsubscribed)).toMatchObject({ channel: 'unsubscribe' });
  });

  test.each(Object.keys(channels))('PROTO-18: %s has a reading and reports nothing', (name) => {
    const problems: BreakwaterError[] = [];
    const frame = decode(channels[name], problems);
    expect(problems).toEqual([]);
    expect(frame.channel).toBe(
      channels[name]?.channel === undefined
        ? 'reply'
        : name === 'strategy'
          ? 'other'
          : channels[name]?.channel,
    );
  });
});

describe('a list in which a row is bad', () => {
  const EVENTS = ['prices', 'trades', 'orderUpdates', 'accountTrades'] as const;
  const SNAPSHOTS = ['accountOrders', 'accountPositions'] as const;
  const bad = [null, {}, { s: 'BTC', symbol: 'BTC' }, 'BTC'];

  test.each([...EVENTS, ...SNAPSHOTS])('PROTO-65: %s keeps the good ones', (name) => {
    const good = frames[name]?.data as unknown[];
    const problems: BreakwaterError[] = [];
    const mixed = decode({ ...frames[name], data: [...bad, ...good] }, problems);
    expect(rowsOf(mixed)).toEqual(rowsOf(decode(frames[name])));
    expect(problems).toEqual(bad.map(() => fault('')));
    expect('unread' in mixed ? mixed.unread : undefined).toBe(
      (SNAPSHOTS as readonly string[]).includes(name) ? bad.length : undefined,
    );
  });

  test.each(SNAPSHOTS)('PROTO-65: %s without bad rows has none unread', (name) => {
    expect(decode(frames[name])).not.toHaveProperty('unread');
  });

  const account = MAIN;
  test.each<[Query, string]>([
    [{ of: 'positions', account }, 'positions'],
    [{ of: 'orders', account }, 'orders'],
    [{ of: 'orderHistory', account }, 'orderHistory'],
  ])('PROTO-66: the answer to %j is read whole or not at all', (query, name) => {
    const problems: BreakwaterError[] = [];
    const data = [...(replies[name] as unknown[]), { symbol: 'BTC' }];
    const read = (): unknown =>
      decodeQuery(query, envelopeOf(data), MARKETS, (problem) => problems.push(problem));
    expect(read).toThrow(fault(''));
    expect(problems).toEqual([]);
  });

  test.each<[Query, string, string]>([
    [{ of: 'tradeHistory', account }, 'tradeHistory', 'symbol'],
    [{ of: 'prices' }, 'prices', 'symbol'],
    [{ of: 'candles', symbol: 'BTC', interval: '1m', startMs: 0, endMs: 1 }, 'candles', 's'],
  ])('PROTO-65: the answer to %j keeps the good ones', (query, name, key) => {
    const problems: BreakwaterError[] = [];
    const data = [{ [key]: 'BTC' }, ...(replies[name] as unknown[])];
    const result = decodeQuery(query, envelopeOf(data), MARKETS, (problem) =>
      problems.push(problem),
    );
    expect(result).toMatchObject({ rows: { length: data.length - 1 } });
    expect(problems).toHaveLength(1);
  });
});

describe('ids and figures with many digits', () => {
  const update = JSON.stringify(channels.orderUpdateBare);
  test('PROTO-67: an id that no number holds is refused by its own digits, never rounded', () => {
    const problems: BreakwaterError[] = [];
    const good = '1559665358';
    const frame = decode(update.replace(good, '9007199254740993'), problems);
    expect(rowsOf(frame)).toEqual([]);
    expect(problems).toEqual([fault('account_order_updates.i: expected an integer below 2^53')]);
    expect(rowsOf(decode(update.replace(good, '9007199254740991')))[0]).toMatchObject({
      orderId: Number.MAX_SAFE_INTEGER,
    });
    expect(parseJson('{"order_id":9007199254740993}')).toEqual({ order_id: '9007199254740993' });
    const answered = readEnvelope(200, '{"success":true,"data":{"order_id":9007199254740993}}');
    expect(answered).toMatchObject({ value: { data: { order_id: '9007199254740993' } } });
  });

  test('PROTO-67: opaque names keep every digit', () => {
    const body =
      '{"data":[{"amount":5,"batch_nonce":18446744073709551615,"transaction_id":12345678901234567890,"created_at":1}],"next_cursor":98765432109876543210,"has_more":true}';
    const outcome = readEnvelope(200, body);
    if (outcome.kind !== 'ok') throw new Error('expected an answer');
    const read = READS.depositHistory.decode(
      outcome.value,
      { markets: MARKETS, onBadRow: raise },
      { account: MAIN },
    );
    expect(read).toMatchObject({
      rows: [{ batchNonce: '18446744073709551615', transaction: '12345678901234567890' }],
      nextCursor: '98765432109876543210',
    });
  });

  test('PROTO-68: a figure of any length is the same as a number and as a string', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,9}(\.\d{1,14})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const asNumber = decimal.parse(parseJson(text));
        expect(Number(asNumber)).toBe(Number(text));
        const micro = (value: string): number => Math.round(Number(value) * 1e6);
        expect(micro(asNumber)).toBe(micro(text));
      }),
    );
    const exact = fc.integer({ min: 1, max: 2 ** 52 });
    fc.assert(
      fc.property(exact, fc.constantFrom(BTC, ETH), (lots, market) => {
        const padded = String(lots).padStart(market.lot.decimals + 1, '0');
        const cut = padded.length - market.lot.decimals;
        const text = `${padded.slice(0, cut)}.${padded.slice(cut)}`;
        // Up to sixteen digits: more than a double tells apart.
        expect(lotsOf(decimal.parse(parseJson(text)), market)).toBe(lots);
        expect(lotsOf(decimal.parse(text), market)).toBe(lots);
      }),
    );
  });

  test('PROTO-67: parsing agrees with JSON.parse on all that a double holds', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain = JSON.stringify(JSON.parse(text));
        const exact = JSON.stringify(parseJson(text), (_, value: unknown) =>
          typeof value === 'string' && /^-?\d[\d.e+-]{15,}$/.test(value) ? Number(value) : value,
        );
        expect(exact).toBe(plain);
      }),
    );
    expect(integer.parse(parseJson('1234567890123456'))).toBe(1_234_567_890_123_456);
    expect(label.parse(parseJson('12345678901234567890'))).toBe('12345678901234567890');
    expect(() => parseJson('{"a":12345678901234567')).toThrow(SyntaxError);
  });
});

describe('properties', () => {
  /** JSON that begins like something of ours and goes astray. */
  const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  const row = fc.dictionary(
    fc.constantFrom(
      ...['s', 'symbol', 'i', 'I', 'd', 'p', 'a', 'f', 't', 'u', 'os', 'oe', 'li', 'l', 'h', 'ts'],
    ),
    fc.oneof(value, fc.constantFrom<Json>('BTC', '1', 'bid', 'open', 5, 'open_long')),
  );
  const data = fc.oneof(value, row, fc.array(fc.oneof(row, value), { maxLength: 4 }));
  const names = [...Object.values(frames), ...Object.values(channels)].flatMap(({ channel }) =>
    channel === undefined ? [] : [channel],
  );

  test('PROTO-76: whatever comes, a frame is read or is EXCHANGE_PROTOCOL', () => {
    const frame = fc.record(
      { channel: fc.constantFrom(...names), data, li: value, id: value, code: value, rl: value },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      frame.map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(text, (raw) => {
        try {
          decodeFrame(raw, MARKETS, () => undefined);
        } catch (thrown) {
          expect(isBreakwaterError(thrown) && thrown.code).toBe('EXCHANGE_PROTOCOL');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each(Object.keys(READS))('PROTO-76: so is an answer to %s', (name) => {
    const read = READS[name as keyof typeof READS] as unknown as Read<unknown, unknown>;
    fc.assert(
      fc.property(data, (raw) => {
        try {
          read.decode(
            envelopeOf(raw),
            { markets: MARKETS, onBadRow: () => undefined },
            { symbol: 'BTC', account: MAIN },
          );
        } catch (thrown) {
          expect(isBreakwaterError(thrown) && thrown.code).toBe('EXCHANGE_PROTOCOL');
        }
      }),
      { numRuns: 200 },
    );
  });

  test('PROTO-77: canonical JSON is JSON of the same value, and its own canonical form', () => {
    fc.assert(
      fc.property(value, (one) => {
        const text = canonicalJson(one);
        // -0 is written as 0, as every JSON has it.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(one)));
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
      }),
    );
  });
});

test('PROTO-67: a long number is found wherever it stands', () => {
  const around = fc.stringMatching(/^[a-z ]{0,40}$/);
  const property = fc.property(around, around, fc.boolean(), (before, after, isLong) => {
    const digits = isLong ? '9007199254740993' : '900719925474099';
    const text = `{"${before}":${digits},"X":"${after}"}`;
    const found = Object.values(parseJson(text) as object)[0] as unknown;
    expect(found).toBe(isLong ? digits : Number(digits));
  });
  fc.assert(property, { numRuns: 500 });
});
