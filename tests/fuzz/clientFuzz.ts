import { readFileSync } from 'node:fs';
import { decodeFrame } from '../../src/protocol/frames/decodeFrame.ts';
import type { Market } from '../../src/protocol/market.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { decodeQuery, type Query } from '../../src/protocol/queries.ts';
import { readCredits, readEnvelope, readOrderId } from '../../src/protocol/replies/envelope.ts';
import { decodeMarkets } from '../../src/protocol/replies/markets.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';
import { between, type Random, SeededRandom } from '../../src/std/random.ts';
import { type FuzzFigures, type FuzzOptions, Tally } from './fuzzRun.ts';
import { anyJson, type Json, mangled, mutated, noise, once, pick } from './mutations.ts';
import { shrunk } from './shrunk.ts';

const ACCOUNT = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const MARKETS = new MarketIndex(markets());
const STATUSES: readonly number[] = [200, 200, 200, 400, 404, 422, 429, 500, 504, 0, 301, 999];

/** A query for each kind of read, which an answer is then decoded as. */
const QUERIES: readonly Query[] = [
  { of: 'account', account: ACCOUNT },
  { of: 'positions', account: ACCOUNT },
  { of: 'orders', account: ACCOUNT },
  { of: 'orderHistory', account: ACCOUNT },
  { of: 'tradeHistory', account: ACCOUNT },
  { of: 'prices' },
  { of: 'book', symbol: 'BTC' },
  { of: 'candles', symbol: 'BTC', interval: '1m', startMs: 0, endMs: 1 },
];

/** What the exchange is documented to send: the literal payloads of the protocol's own tests. */
const FRAMES = Object.values(fixture('frames'));
const REPLIES = Object.entries(fixture('replies'));

/**
 * Throws mutated and random frames and answers at what the desk reads them with. Whatever comes, it
 * is read, or refused with one of our own errors; nothing else is thrown.
 */
export function fuzzClient({ isOver, progress, runs, seed }: FuzzOptions): FuzzFigures {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  let at = 0;
  for (; at < runs; at += 1) {
    const [decode, text] = drawn(random);
    const kind = outcomeOf(decode, text);
    if (kind.startsWith('!')) {
      const input = shrunk(text, (shorter) => outcomeOf(decode, shorter) === kind);
      const failure = { why: kind.slice(1), input, at };
      return { target: 'client', seed, inputs: at + 1, answers: tally.counts, failure };
    }
    tally.add(kind);
    if (at % 1000 !== 0) continue;
    progress?.(at);
    if (isOver?.() === true) break;
  }
  return { target: 'client', seed, inputs: at, answers: tally.counts, failure: undefined };
}

type Decode = (text: string) => string;

function drawn(random: Random): [Decode, string] {
  const [decode, sample] = once(random, 2) ? aFrame(random) : anAnswer(random);
  const dice = between(random, 0, 9);
  if (dice === 0) return [decode, noise(random, 200)];
  if (dice === 1) return [decode, JSON.stringify(anyJson(random))];
  if (dice < 4) return [decode, mangled(random, JSON.stringify(sample))];
  return [decode, JSON.stringify(mutated(random, sample))];
}

function aFrame(random: Random): [Decode, Json] {
  return [asFrame, pick(random, FRAMES)];
}

/** An answer, mostly to what was asked. */
function anAnswer(random: Random): [Decode, Json] {
  const [name, data] = pick(random, REPLIES);
  const fitting = once(random, 8) ? undefined : QUERIES.find(({ of }) => of === name);
  const query = fitting ?? pick(random, QUERIES);
  return [asAnswer(query, pick(random, STATUSES)), enveloped(random, data)];
}

function enveloped(random: Random, data: Json): Json {
  if (once(random, 4)) return data;
  const page = once(random, 2) ? {} : { next_cursor: '11114Lz77', has_more: true };
  return { success: true, data, error: null, code: null, last_order_id: 1557404170, ...page };
}

/** What a decoder made of a text: a kind of result, or `!` and what must not happen. */
function outcomeOf(decode: Decode, text: string): string {
  try {
    return decode(text);
  } catch (thrown) {
    if (isBreakwaterError(thrown) && thrown.code === 'EXCHANGE_PROTOCOL') return 'refused';
    return `!threw ${String(thrown).slice(0, 200)}`;
  }
}

const asFrame: Decode = (text) => {
  const frame = decodeFrame(text, MARKETS);
  const hole = holeIn(frame);
  if (hole !== undefined) return `!decoded to ${hole}`;
  if (frame.channel === 'reply') readOrderId(frame.data);
  return `frame ${frame.channel}`;
};

function asAnswer(query: Query, status: number): Decode {
  return (text) => {
    const outcome = readEnvelope(status, text);
    readCredits({ ratelimit: text, 'ratelimit-policy': text });
    if (outcome.kind !== 'ok') return `answer ${outcome.kind}`;
    readOrderId(outcome.value.data);
    tolerate(() => decodeMarkets(outcome.value.data, ['BTC', 'ETH']));
    const result = decodeQuery(query, outcome.value, MARKETS);
    const hole = holeIn(result);
    return hole === undefined ? `answer ${result.of}` : `!decoded to ${hole}`;
  };
}

function tolerate(decode: () => unknown): void {
  try {
    decode();
  } catch (thrown) {
    if (!isBreakwaterError(thrown)) throw thrown;
  }
}

/** A number in what was decoded that no sum survives. */
function holeIn(value: unknown, key = ''): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${key} ${value}`;
  if (typeof value !== 'object' || value === null || key === 'data') return undefined;
  for (const [name, field] of Object.entries(value)) {
    const hole = holeIn(field, name);
    if (hole !== undefined) return hole;
  }
  return undefined;
}

function fixture(name: string): Record<string, Json> {
  const path = new URL(`../protocol/fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}

function markets(): Market[] {
  const limits = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
  return [
    makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...limits }),
    makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...limits }),
  ];
}
