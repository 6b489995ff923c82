import { entryMicro } from '../../ledger/position.ts';
import { formatAmount } from '../../protocol/market.ts';
import { DOLLARS, format } from '../../std/decimal.ts';
import type { Account } from '../core/accounts/account.ts';
import type { Twap, TwapFigures, TwapRecord } from '../core/orders/twap.ts';

type Row = Readonly<Record<string, unknown>>;

const PERCENT = { step: 1, decimals: 6 };
const money = (micro: number): string => format(micro, DOLLARS);
const slippage = (twap: Twap): string => format(twap.slippageMicroPercent, PERCENT);

/** Average price of the last market order that filled; null before the first. */
function lastPrice({ market }: Twap, { lastLots, lastMicro }: TwapFigures): string | null {
  if (lastLots === 0) return null;
  return money(entryMicro({ lots: lastLots, costMicro: lastMicro }, market));
}

/** Its value; null before the first. */
function lastValue({ lastLots, lastMicro }: TwapFigures): string | null {
  return lastLots === 0 ? null : money(lastMicro);
}

/** A row of `GET /orders/twap`. */
export function twapRow(twap: Twap): Row {
  return rowAt(twap, twap);
}

function rowAt(twap: Twap, figures: TwapFigures): Row {
  const { market } = twap;
  return {
    order_id: twap.id,
    client_order_id: twap.clientOrderId,
    symbol: market.symbol,
    side: twap.side,
    initial_amount: formatAmount(market, twap.lots),
    filled_amount: formatAmount(market, figures.filledLots),
    reduce_only: twap.reduceOnly,
    slippage_percent: slippage(twap),
    planned_sub_order_amount: formatAmount(market, twap.plannedLots),
    planned_sub_order_count: twap.plannedCount,
    past_sub_order_count: figures.pastCount,
    total_filled_value: money(figures.filledMicro),
    expiration: twap.expiresMs,
    created_at: twap.createdMs,
    updated_at: figures.updatedMs,
  };
}

/** A row of `GET /orders/twap/history`: the order as it is now. */
export function twapHistoryRow(twap: Twap): Row {
  return endedRowAt(twap, twap);
}

function endedRowAt(twap: Twap, figures: TwapFigures): Row {
  return {
    ...rowAt(twap, figures),
    order_status: figures.status,
    average_price_of_last_filled_sub_order: lastPrice(twap, figures),
    value_of_last_filled_sub_order: lastValue(figures),
  };
}

/** A row of `GET /orders/twap/history_by_id`: one event. */
export function twapRecordRow({ event, figures, historyId, twap }: TwapRecord): Row {
  return { history_id: historyId, event_type: event, ...endedRowAt(twap, figures) };
}

/** A row of the channel `account_twap_orders`. */
function twapOrder(twap: Twap): Row {
  const { market } = twap;
  return {
    i: twap.id,
    I: twap.clientOrderId,
    s: market.symbol,
    d: twap.side,
    a: formatAmount(market, twap.lots),
    f: formatAmount(market, twap.filledLots),
    tv: money(twap.filledMicro),
    ro: twap.reduceOnly,
    sp: slippage(twap),
    psa: formatAmount(market, twap.plannedLots),
    psc: twap.plannedCount,
    poc: twap.pastCount,
    e: twap.expiresMs,
    t: twap.createdMs,
  };
}

/** The frame of the channel `account_twap_orders`: all that are open, and the account's highest id. */
export function twapOrdersFrame({ twapLog, twaps }: Account): Row {
  const [newest] = twapLog.page(1, undefined, () => true).rows;
  return {
    channel: 'account_twap_orders',
    data: [...twaps.values()].map(twapOrder),
    ...(newest === undefined ? {} : { li: newest.id }),
  };
}

/** A row of the channel `account_twap_order_updates`. */
export function twapUpdate({ event, figures, twap }: TwapRecord): Row {
  const { market } = twap;
  return {
    i: twap.id,
    I: twap.clientOrderId,
    u: twap.account.address,
    s: market.symbol,
    d: twap.side,
    ta: formatAmount(market, twap.lots),
    fa: formatAmount(market, figures.filledLots),
    lp: lastPrice(twap, figures),
    lv: lastValue(figures),
    tv: money(figures.filledMicro),
    oe: event,
    os: figures.status,
    r: twap.reduceOnly,
    sp: slippage(twap),
    psa: formatAmount(market, twap.plannedLots),
    psc: twap.plannedCount,
    pasc: figures.pastCount,
    et: twap.expiresMs,
    ct: twap.createdMs,
    ut: figures.updatedMs,
  };
}
