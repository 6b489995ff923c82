import type { Account } from '../../core/accounts/account.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { accepted, notFound, type Result, refused } from '../../core/requests/refusal.ts';
import { accountRow, positionRows, settingsRow } from '../../payloads/accountPayloads.ts';
import type { Query } from './query.ts';
import type { Read } from './read.ts';

/** `GET /account`. */
export function readAccount(state: ExchangeState, query: Query): Result<Read> {
  const address = query.required('account');
  if (!address.ok) return address;
  const account = state.accounts.byAddress(address.value);
  if (account === undefined) return refused(notFound(`Account not found: ${address.value}`));
  return accepted({ data: accountRow(state, account) });
}

/** `GET /account/settings`. */
export function readSettings(state: ExchangeState, account: Account | undefined): Result<Read> {
  if (account !== undefined) return accepted({ data: settingsRow(state, account) });
  return accepted({ data: { auto_lend_disabled: null, margin_settings: [], spot_settings: [] } });
}

/** `GET /position_liquidation_prices`: positions of an `address`, those that can be liquidated. */
export function readLiquidationPrices(state: ExchangeState, query: Query): Result<Read> {
  const address = query.required('address');
  if (!address.ok) return address;
  const isolated = query.flag('is_isolated', undefined);
  if (!isolated.ok) return isolated;
  const least = query.decimal('min_liq_price', Number.NEGATIVE_INFINITY);
  if (!least.ok) return least;
  const most = query.decimal('max_liq_price', Number.POSITIVE_INFINITY);
  if (!most.ok) return most;
  const limit = query.limit(100, 4000);
  if (!limit.ok) return limit;
  const symbol = query.optional('symbol');
  const account = state.accounts.byAddress(address.value);
  const rows = account === undefined ? [] : positionRows(state, account);
  const data = rows
    .filter(
      (row) =>
        row.liquidation_price !== null &&
        (symbol === undefined || row.symbol === symbol) &&
        (isolated.value === undefined || row.isolated === isolated.value) &&
        Number(row.liquidation_price) >= least.value &&
        Number(row.liquidation_price) <= most.value,
    )
    .slice(0, limit.value)
    .map(({ amount, entry_price, liquidation_price, side, symbol: of }) => ({
      symbol: of,
      side,
      amount,
      entry_price,
      liquidation_price,
    }));
  return accepted({ data });
}

/** `GET /positions`. */
export function readPositions(state: ExchangeState, account: Account | undefined): Result<Read> {
  const data = account === undefined ? [] : positionRows(state, account);
  return accepted({ data, lastOrderId: state.lastOrderId });
}
