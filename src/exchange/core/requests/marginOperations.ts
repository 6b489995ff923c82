import type { AddIsolatedMarginFields } from '../../../protocol/operations/account/addIsolatedMargin.ts';
import type { UpdateLeverageFields } from '../../../protocol/operations/account/updateLeverage.ts';
import type { UpdateMarginModeFields } from '../../../protocol/operations/account/updateMarginMode.ts';
import { DOLLARS, parseExact } from '../../../std/decimal.ts';
import type { Account } from '../accounts/account.ts';
import { addIsolatedMargin, updateLeverage, updateMarginMode } from '../money/marginSettings.ts';
import { immediately, type Prepare, type Prepared, withAccount } from './prepared.ts';
import { accepted, invalid, type Refusal, type Result, refused } from './refusal.ts';
import type { SignedRequest } from './signedRequest.ts';

export const prepareUpdateLeverage: Prepare<UpdateLeverageFields> = (state, request) => {
  const { leverage, symbol } = request.fields;
  return change(request, (account) => updateLeverage(state, account, symbol, leverage));
};

export const prepareUpdateMarginMode: Prepare<UpdateMarginModeFields> = (state, request) => {
  const { is_isolated: isolated, symbol } = request.fields;
  return change(request, (account) => updateMarginMode(state, account, symbol, isolated));
};

export const prepareAddIsolatedMargin: Prepare<AddIsolatedMarginFields> = (state, request) => {
  const { amount, symbol } = request.fields;
  const micro = parseExact(amount, DOLLARS);
  if (micro === undefined || micro <= 0) return refused(invalid(`Invalid amount: ${amount}`));
  return change(request, (account) => addIsolatedMargin(state, account, symbol, micro));
};

function change(
  request: SignedRequest<unknown>,
  act: (account: Account) => Refusal | undefined,
): Result<Prepared> {
  return immediately(() =>
    withAccount(request, (account) => {
      const refusal = act(account);
      return refusal === undefined ? accepted({ of: 'done' }) : refused(refusal);
    }),
  );
}
