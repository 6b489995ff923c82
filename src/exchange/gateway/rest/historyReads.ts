import type { Account, FillRecord } from '../../core/accounts/account.ts';
import type { Page } from '../../core/accounts/historyLog.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { balancePage } from '../../core/money/balanceHistory.ts';
import { accepted, type Result, refused } from '../../core/requests/refusal.ts';
import {
  activityRows,
  balanceRow,
  depositRow,
  equityRow,
  fundingRow,
} from '../../payloads/historyPayloads.ts';
import { fillRow } from '../../payloads/orderPayloads.ts';
import { invalidQuery, type Query, type TimeRange } from './query.ts';
import { paged, pageOf, type Read } from './read.ts';

const DAY_MS = 86_400_000;

/** Days of each `time_range` of `GET /portfolio`. */
const PORTFOLIO_DAYS: ReadonlyMap<string, number> = new Map([
  ['1d', 1],
  ['7d', 7],
  ['14d', 14],
  ['30d', 30],
  ['all', Number.POSITIVE_INFINITY],
]);

/** `GET /trades/history`: an account's fills, of at most so many days. */
export function readFills(
  state: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const range = query.range();
  if (!range.ok) return range;
  const { fromMs, toMs } = range.value;
  const days = state.settings.tradeHistoryDays;
  if (fromMs > 0 && Math.min(toMs, state.nowMs) - fromMs > days * DAY_MS) {
    return refused(invalidQuery(`start_time: range must not exceed ${days} days`));
  }
  const symbol = query.optional('symbol');
  const isWanted = (fill: FillRecord): boolean =>
    isWithin(range.value, fill.timeMs) &&
    (symbol === undefined || fill.order.market.symbol === symbol);
  const page = pageOf(account?.fillLog, query, fillRow, isWanted);
  return page.ok ? accepted({ ...page.value, lastOrderId: state.lastOrderId }) : page;
}

/** `GET /funding/history`. */
export function readFunding(
  _: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  return pageOf(account?.fundingLog, query, fundingRow);
}

/** `GET /account/balance/history`: ordinary trades only with `include_trades`. */
export function readBalances(
  _: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const withTrades = query.flag('include_trades', false);
  if (!withTrades.ok) return withTrades;
  const at = query.page();
  if (!at.ok) return at;
  const { before, limit } = at.value;
  const page = account && balancePage(account, limit, before, withTrades.value);
  return accepted(paged(page, balanceRow));
}

/** `GET /account/deposit/history`. */
export function readDeposits(
  _: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  return pageOf(account?.balanceLog, query, depositRow, ({ event }) => event === 'deposit');
}

/** Histories of what this exchange does not do: withdrawals and payouts. */
export function readNoHistory(
  _: ExchangeState,
  __: Account | undefined,
  query: Query,
): Result<Read> {
  return pageOf(undefined, query, () => undefined);
}

/** `GET /portfolio`: what the account was worth, newest first. */
export function readPortfolio(
  { nowMs }: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  const text = query.required('time_range');
  if (!text.ok) return text;
  const days = PORTFOLIO_DAYS.get(text.value);
  if (days === undefined) {
    const known = [...PORTFOLIO_DAYS.keys()].map((each) => `\`${each}\``).join(', ');
    const problem = `unknown variant \`${text.value}\`, expected one of ${known}`;
    return refused(invalidQuery(`time_range: ${problem}`));
  }
  const range = query.range();
  if (!range.ok) return range;
  const limit = query.limit(100, 4000);
  if (!limit.ok) return limit;
  const oldestMs = nowMs - days * DAY_MS;
  const page = account?.equityLog.page(
    limit.value,
    undefined,
    ({ timeMs }) => timeMs >= oldestMs && isWithin(range.value, timeMs),
  );
  return accepted({ data: (page?.rows ?? []).map(equityRow) });
}

/** `GET /account/activity/daily`: fees and volume by day of UTC, newest first, between two times. */
export function readActivity(
  _: ExchangeState,
  account: Account | undefined,
  query: Query,
): Result<Read> {
  for (const name of ['start_time', 'end_time']) {
    const time = query.required(name);
    if (!time.ok) return time;
  }
  const range = query.range();
  if (!range.ok) return range;
  const page: Page<FillRecord> | undefined = account?.fillLog.page(
    Number.POSITIVE_INFINITY,
    undefined,
    ({ timeMs }) => isWithin(range.value, timeMs),
  );
  return accepted({ data: activityRows(page?.rows ?? []) });
}

function isWithin({ fromMs, toMs }: TimeRange, timeMs: number): boolean {
  return timeMs >= fromMs && timeMs <= toMs;
}
