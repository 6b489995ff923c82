import { z } from 'zod';
import { integer, parseWith, protocolError } from '../fields.ts';
import { countBadRows, type OnBadRow, raise } from '../listRows.ts';
import type { MarketIndex } from '../marketIndex.ts';
import type { Reading } from '../marketRows.ts';
import { parseJson } from '../parseJson.ts';
import {
  decodeAccountInfo,
  decodeAccountOrders,
  decodeAccountPositions,
  decodeFills,
  decodeOrderUpdates,
} from './accountFrames.ts';
import type { Credits, Frame, ReplyFrame } from './frame.ts';
import { decodeBbo, decodeBook, decodeCandle, decodePrices, decodeTrades } from './marketFrames.ts';
import { decodeLeverage, decodeMarginMode, decodeTransfers } from './settingFrames.ts';
import { decodeTwapOrders, decodeTwapUpdates } from './twapFrames.ts';

const creditsSchema = z.object({ r: integer, q: integer, t: integer });

export const envelopeSchema = z.object({
  channel: z.string().optional(),
  // Pongs and error replies have none, and zod takes an unknown field for a required one.
  data: z.unknown().optional(),
  li: integer.nullish(),
  account: z.string().nullish(),
  u: z.string().nullish(),
  id: z.string().nullish(),
  code: integer.nullish(),
  type: z.string().nullish(),
  err: z.string().nullish(),
  error: z.string().nullish(),
  error_id: z.string().nullish(),
  // Credits are said beside the point: they cost no answer.
  rl: creditsSchema.nullish().catch(null),
});
type Envelope = z.infer<typeof envelopeSchema>;

export const ackSchema = z.object({
  source: z.string(),
  account: z.string().nullish(),
  symbol: z.string().nullish(),
});

/**
 * Decodes one text frame. Markets that the index does not hold are skipped, unknown channels come
 * back as `other`, a row that cannot be read goes to `onBadRow`. Throws `EXCHANGE_PROTOCOL` for
 * anything that is not a documented frame.
 */
export function decodeFrame(text: string, markets: MarketIndex, onBadRow: OnBadRow = raise): Frame {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch {
    throw protocolError('frame', 'JSON', text.slice(0, 80));
  }
  const envelope = parseWith(envelopeSchema, json, 'frame');
  if (envelope.channel === undefined) return replyOf(envelope);
  const bad = countBadRows(onBadRow);
  const reading = { markets, onBadRow: bad.onBadRow };
  const frame = channelFrame(envelope.channel, envelope, reading);
  return bad.count() > 0 && isSnapshot(frame) ? { ...frame, unread: bad.count() } : frame;
}

/** A list in which what is absent has ended. */
function isSnapshot(
  frame: Frame,
): frame is Extract<Frame, { channel: 'account_orders' | 'account_positions' }> {
  return frame.channel === 'account_orders' || frame.channel === 'account_positions';
}

function channelFrame(channel: string, envelope: Envelope, reading: Reading): Frame {
  const { data } = envelope;
  const { markets } = reading;
  const account = envelope.account ?? envelope.u ?? null;
  const li = envelope.li ?? 0;
  switch (channel) {
    case 'book':
      return decodeBook(data, markets) ?? other(channel);
    case 'bbo':
      return decodeBbo(data, markets) ?? other(channel);
    case 'prices':
      return { channel, rows: decodePrices(data, reading) };
    case 'trades':
      return { channel, rows: decodeTrades(data, reading) };
    case 'candle':
    case 'mark_price_candle': {
      const row = decodeCandle(data, markets);
      return row === undefined ? other(channel) : { channel, row };
    }
    case 'account_order_updates':
      return { channel, rows: decodeOrderUpdates(data, reading) };
    case 'account_trades':
      return { channel, rows: decodeFills(data, reading) };
    case 'account_orders':
      return { channel, account, rows: decodeAccountOrders(data, reading), li };
    case 'account_positions':
      return { channel, account, rows: decodeAccountPositions(data, reading), li };
    case 'account_info':
      return { channel, account, ...decodeAccountInfo(data) };
    case 'account_margin':
      return decodeMarginMode(data);
    case 'account_leverage':
      return decodeLeverage(data);
    case 'account_transfers':
      return { channel, rows: decodeTransfers(data, reading.onBadRow) };
    case 'account_twap_orders':
      return { channel, account, rows: decodeTwapOrders(data, reading), li };
    case 'account_twap_order_updates':
      return { channel, rows: decodeTwapUpdates(data, reading) };
    case 'subscribe':
    case 'unsubscribe': {
      const ack = parseWith(ackSchema, data, channel);
      return {
        channel,
        source: ack.source,
        account: ack.account ?? null,
        symbol: ack.symbol ?? null,
      };
    }
    case 'pong':
      return { channel };
    default:
      return other(channel);
  }
}

function other(name: string): Frame {
  return { channel: 'other', name };
}

function replyOf(envelope: Envelope): ReplyFrame {
  return {
    channel: 'reply',
    id: envelope.id ?? null,
    code: envelope.code ?? 0,
    type: envelope.type ?? null,
    data: envelope.data,
    error: envelope.err ?? envelope.error ?? null,
    errorId: envelope.error_id ?? undefined,
    credits: envelope.rl ? creditsOf(envelope.rl) : null,
  };
}

function creditsOf(rl: z.infer<typeof creditsSchema>): Credits {
  return { remainingTenths: rl.r, quotaTenths: rl.q, refreshS: rl.t };
}
