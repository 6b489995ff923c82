import type { Account, FillRecord } from '../accounts/account.ts';
import type { Page } from '../accounts/historyLog.ts';
import type { BalanceRecord } from '../accounts/moneyRecords.ts';

/**
 * An account's balance changes, newest first. Ordinary trades are many and stand in the fills, so
 * they are put in between only for those who ask.
 */
export function balancePage(
  account: Account,
  count: number,
  before: number | undefined,
  includeTrades: boolean,
): Page<BalanceRecord> {
  const others = account.balanceLog.page(count + 1, before, () => true).rows;
  const fills = includeTrades
    ? account.fillLog.page(count + 1, before, ({ cause }) => cause === 'normal').rows
    : [];
  const rows = [...others, ...fills.map(tradeRecord)].sort((a, b) => b.historyId - a.historyId);
  const page = rows.slice(0, count);
  return { rows: page, next: rows.length > count ? page.at(-1)?.historyId : undefined };
}

function tradeRecord(fill: FillRecord): BalanceRecord {
  return {
    historyId: fill.historyId,
    amountMicro: fill.balanceChangeMicro,
    balanceMicro: fill.balanceMicro,
    event: 'trade',
    timeMs: fill.timeMs,
  };
}
