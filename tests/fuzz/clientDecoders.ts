import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { decodeFrame } from '../../src/protocol/frames/decodeFrame.ts';
import { makeMarket } from '../../src/protocol/market.ts';
import { MarketIndex } from '../../src/protocol/marketIndex.ts';
import { LIST_SUBACCOUNTS } from '../../src/protocol/operations/account/listSubaccounts.ts';
import { CREATE_API_KEY } from '../../src/protocol/operations/keys/createApiKey.ts';
import { LIST_AGENT_IP_WHITELIST } from '../../src/protocol/operations/keys/listAgentIpWhitelist.ts';
import { LIST_AGENT_WALLETS } from '../../src/protocol/operations/keys/listAgentWallets.ts';
import { LIST_API_KEYS } from '../../src/protocol/operations/keys/listApiKeys.ts';
import { BATCH_ORDERS, batchAnswer } from '../../src/protocol/operations/orders/batchOrders.ts';
import { CANCEL_ALL_ORDERS } from '../../src/protocol/operations/orders/cancelAllOrders.ts';
import { CREATE_ORDER } from '../../src/protocol/operations/orders/createOrder.ts';
import { readAnswer } from '../../src/protocol/operations/readAnswer.ts';
import { decodeQuery, type Query } from '../../src/protocol/queries.ts';
import type { Read } from '../../src/protocol/reads/read.ts';
import { READS } from '../../src/protocol/reads/reads.ts';
import { type Envelope, readCredits, readEnvelope } from '../../src/protocol/replies/envelope.ts';
import { isBreakwaterError } from '../../src/std/errors.ts';
import type { Json } from './mutations.ts';

/** Reads a text; answers what kind of thing it was, or `!` and what must not happen. */
export type Decode = (text: string) => string;

/** Something that the client reads with, and documented texts for it. */
interface Decoder {
  readonly decode: Decode;
  /** A frame stands for itself; data of an answer goes into an envelope. */
  readonly isFrame: boolean;
  readonly samples: readonly Json[];
}

const ACCOUNT = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const LIMITS = { maxLeverage: 50, minOrderSize: '10', maxOrderSize: '5000000' };
const MARKETS = new MarketIndex([
  makeMarket(0, { symbol: 'BTC', tickSize: '1', lotSize: '0.00001', ...LIMITS }),
  makeMarket(1, { symbol: 'ETH', tickSize: '0.1', lotSize: '0.0001', ...LIMITS }),
]);
const READING = { markets: MARKETS, onBadRow };
/** Whatever a read wants to know of its question. */
const PARAMS = {
  account: ACCOUNT,
  symbol: 'BTC',
  interval: '1m',
  startMs: 0,
  endMs: 1,
  orderId: 1,
};

/** What the desk itself asks. */
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

/** Operations that answer something of their own, by the name of their samples. */
const ANSWERS: Readonly<Record<string, { path: string; answer: z.ZodType<unknown> }>> = {
  placed: CREATE_ORDER,
  cancelled: CANCEL_ALL_ORDERS,
  agentWallets: LIST_AGENT_WALLETS,
  apiKey: CREATE_API_KEY,
  apiKeys: LIST_API_KEYS,
  subaccounts: LIST_SUBACCOUNTS,
  whitelist: LIST_AGENT_IP_WHITELIST,
  batch: { path: BATCH_ORDERS.path, answer: batchAnswer },
};

/** Everything that the client reads with. Samples are the literal payloads of the protocol's tests. */
export function decoders(): Decoder[] {
  const data = { ...fixture('replies'), ...fixture('reads') };
  const answers = fixture('answers');
  const frames = Object.values({ ...fixture('frames'), ...fixture('channels') });
  const whole: Decoder[] = [false, true].flatMap((isStrict) => {
    const decode: Decode = (text) =>
      checked('frame', decodeFrame(text, MARKETS, isStrict ? raise : onBadRow));
    // As often as all the reads together.
    return Array.from({ length: 20 }, () => ({ decode, isFrame: true, samples: frames }));
  });
  return [
    ...whole,
    ...QUERIES.map((query) =>
      ofAnswer(`query ${query.of}`, samplesOf(data, query.of), (envelope) =>
        decodeQuery(query, envelope, MARKETS),
      ),
    ),
    ...Object.entries(READS).map(([name, read]) =>
      ofAnswer(`read ${name}`, samplesOf(data, name), (envelope) =>
        (read as Read<unknown, unknown>).decode(envelope, READING, PARAMS),
      ),
    ),
    ...Object.entries(ANSWERS).map(([name, operation]) =>
      ofAnswer(`answer ${name}`, answers[name] as Json[], (envelope) =>
        readAnswer(operation, envelope.data),
      ),
    ),
  ];
}

/** A 200 most of the time; other statuses never get as far as the data. */
function ofAnswer(
  name: string,
  samples: readonly Json[],
  read: (envelope: Envelope) => unknown,
): Decoder {
  const decode: Decode = (text) => {
    const status = [200, 200, 200, 200, 400, 422, 500, 0][text.length % 8] as number;
    readCredits({ ratelimit: text, 'ratelimit-policy': text });
    const outcome = readEnvelope(status, text);
    return outcome.kind === 'ok' ? checked(name, read(outcome.value)) : `${outcome.kind}`;
  };
  return { decode, isFrame: false, samples };
}

/** No number in what was decoded may be one that no sum survives. */
function checked(name: string, value: unknown): string {
  const hole = holeIn(value, '');
  return hole === undefined ? name : `!decoded ${hole}`;
}

function holeIn(value: unknown, key: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${key} ${value}`;
  // What a reply carries is read later, by whoever asked.
  if (typeof value !== 'object' || value === null || key === 'data') return undefined;
  for (const [name, field] of Object.entries(value)) {
    const hole = holeIn(field, name);
    if (hole !== undefined) return hole;
  }
  return undefined;
}

/** A row that cannot be read is told with an error of ours. */
function onBadRow(problem: unknown): void {
  if (!isBreakwaterError(problem)) throw problem;
}

function raise(problem: unknown): never {
  throw problem;
}

/** The samples of a read: those of its name, and those of names that begin with it. */
function samplesOf(data: Readonly<Record<string, Json>>, name: string): Json[] {
  const own = Object.entries(data).filter(([key]) => key.startsWith(name));
  return own.length > 0 ? own.map(([, sample]) => sample) : Object.values(data);
}

function fixture(name: string): Record<string, Json> {
  const path = new URL(`../protocol/fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8'));
}
