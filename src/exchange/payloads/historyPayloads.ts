import { formatAmount, notionalMicro } from '../../protocol/market.ts';
import { sideOf } from '../../protocol/terms.ts';
import { DOLLARS, format, RATE } from '../../std/decimal.ts';
import { civilDate } from '../civilDate.ts';
import type { FillRecord } from '../core/accounts/account.ts';
import type { BalanceRecord, EquitySample, FundingRecord } from '../core/accounts/moneyRecords.ts';
import type { FundingRateRecord } from '../core/markets/marketFunding.ts';
import { transactionOf } from '../core/money/transfers.ts';

type Row = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const money = (micro: number): string => format(micro, DOLLARS);

/** A row of `GET /funding_rate/history`. */
export function fundingRateRow(record: FundingRateRecord): Row {
  return {
    oracle_price: money(record.oracleMicro),
    bid_impact_price: money(record.bidImpactMicro),
    ask_impact_price: money(record.askImpactMicro),
    funding_rate: format(record.rateNano, RATE),
    next_funding_rate: format(record.nextRateNano, RATE),
    created_at: record.timeMs,
  };
}

/** A row of `GET /funding/history`: the payout is positive when the account got it. */
export function fundingRow(record: FundingRecord): Row {
  const { lots, market } = record;
  return {
    history_id: record.historyId,
    symbol: market.symbol,
    side: sideOf(lots),
    amount: formatAmount(market, Math.abs(lots)),
    payout: money(record.payoutMicro),
    rate: format(record.rateNano, RATE),
    created_at: record.timeMs,
  };
}

/** A row of `GET /account/balance/history`. */
export function balanceRow(record: BalanceRecord): Row {
  return {
    amount: money(record.amountMicro),
    balance: money(record.balanceMicro),
    pending_balance: '0',
    event_type: record.event,
    created_at: record.timeMs,
  };
}

/** A row of `GET /account/deposit/history`. */
export function depositRow(record: BalanceRecord): Row {
  return {
    amount: money(record.amountMicro),
    transaction_id: transactionOf(record.historyId),
    created_at: record.timeMs,
  };
}

/** A row of `GET /portfolio`. */
export function equityRow(sample: EquitySample): Row {
  return {
    account_equity: money(sample.equityMicro),
    pnl: money(sample.pnlMicro),
    timestamp: sample.timeMs,
  };
}

/** Rows of `GET /account/activity/daily`, from fills newest first: a row for each day, newest first. */
export function activityRows(fills: readonly FillRecord[]): Row[] {
  const days = new Map<number, { feesMicro: number; volumeMicro: number }>();
  for (const { feeMicro, lots, order, ticks, timeMs } of fills) {
    const day = Math.floor(timeMs / DAY_MS);
    const sums = days.get(day) ?? { feesMicro: 0, volumeMicro: 0 };
    sums.feesMicro += feeMicro;
    sums.volumeMicro += notionalMicro(order.market, ticks, lots);
    days.set(day, sums);
  }
  return [...days].map(([day, { feesMicro, volumeMicro }]) => ({
    date: dateOf(day),
    points: '0',
    fees_paid: money(feesMicro),
    volume: money(volumeMicro),
  }));
}

/** A day since 1970-01-01 as `2025-06-03`. */
function dateOf(days: number): string {
  const { day, month, year } = civilDate(days);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month + 1)}-${two(day)}`;
}
