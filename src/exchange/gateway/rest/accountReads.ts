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

/** `GET /positions`. */
export function readPositions(state: ExchangeState, account: Account | undefined): Result<Read> {
  const data = account === undefined ? [] : positionRows(state, account);
  return accepted({ data, lastOrderId: state.lastOrderId });
}
