import { decodeBase58 } from '../../../protocol/base58.ts';
import { canonicalJson, type Json } from '../../../protocol/canonicalJson.ts';
import {
  CREATE_SUBACCOUNT,
  type CreateSubaccountBody,
  createSubaccountSchema,
} from '../../../protocol/operations/account/createSubaccount.ts';
import type { TransferFundsFields } from '../../../protocol/operations/account/transferFunds.ts';
import type { NoFields } from '../../../protocol/operations/operation.ts';
import { DOLLARS, format, parseExact } from '../../../std/decimal.ts';
import { MICRO } from '../../../std/integers.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { movableMicro, transferFunds } from '../money/transfers.ts';
import type { Signed } from './operationTable.ts';
import { immediately, type Prepare, type Reply, withAccount } from './prepared.ts';
import {
  accepted,
  business,
  invalid,
  malformed,
  type Refusal,
  type Result,
  refused,
} from './refusal.ts';
import {
  checkSignature,
  checkTime,
  INVALID_KEY,
  signatureForms,
  type Verify,
} from './signatures.ts';
import { problemOf } from './signedRequest.ts';

/**
 * Reads the body of a subaccount's creation, which both parties sign: the subaccount names the main
 * account, and the main account signs that signature.
 */
export function readCreateSubaccount(
  state: ExchangeState,
  verify: Verify,
  body: unknown,
): Result<Signed> {
  const read = createSubaccountSchema.safeParse(body);
  if (!read.success) return refused(malformed(problemOf(read.error.issues, body)));
  const refusal = checkBothSignatures(state, verify, read.data);
  if (refusal !== undefined) return refused(refusal);
  const { main_account: main, subaccount } = read.data;
  const run = (): Result<Reply> => createSubaccount(state, main, subaccount);
  return accepted({ address: main, prepare: () => immediately(run) });
}

function checkBothSignatures(
  state: ExchangeState,
  verify: Verify,
  body: CreateSubaccountBody,
): Refusal | undefined {
  const { main_account: main, sub_signature: subSignature, subaccount, timestamp } = body;
  if (decodeBase58(main, 32) === undefined) return INVALID_KEY;
  const windowMs = body.expiry_window ?? state.settings.defaultExpiryMs;
  const signed = (type: string, data: Json): string =>
    canonicalJson({ timestamp, expiry_window: windowMs, type, data });
  const initiate = signed(CREATE_SUBACCOUNT.initiateType, { account: main });
  const refusal = checkSignature(state, verify, initiate, subSignature, subaccount);
  if (refusal !== undefined) return refusal;
  const confirmed = signatureForms(subSignature).map((signature) => {
    const confirm = signed(CREATE_SUBACCOUNT.confirmType, { signature });
    return checkSignature(state, verify, confirm, body.main_signature, main);
  });
  return confirmed.includes(undefined) ? checkTime(state, timestamp, windowMs) : confirmed[0];
}

function createSubaccount(
  state: ExchangeState,
  mainAddress: string,
  address: string,
): Result<Reply> {
  const { accounts, nowMs, settings } = state;
  const main = accounts.byAddress(mainAddress);
  if (main === undefined) return refused(engine(`Account not found: ${mainAddress}`, 1));
  const { main: head, members } = accounts.familyOf(main);
  if (head !== main) {
    return refused(engine(`Subaccounts cannot create other subaccounts: ${mainAddress}`, 35));
  }
  if (accounts.byAddress(address) !== undefined || address === mainAddress) {
    return refused(engine(`Account already exists: ${address}`, 2));
  }
  if (members.length > settings.subaccountLimit) {
    const limit = settings.subaccountLimit;
    return refused(engine(`Subaccount limit reached for ${mainAddress}: ${limit}`, 0));
  }
  accounts.openSubaccount(address, main, nowMs);
  return accepted({ of: 'done' });
}

export const prepareListSubaccounts: Prepare<NoFields> = (state, request) =>
  immediately(() =>
    withAccount(request, (account) => {
      const { main, members } = state.accounts.familyOf(account);
      const subaccounts = main === account ? members.slice(1).map(subaccountRow) : [];
      return accepted({ of: 'data', data: { subaccounts } });
    }),
  );

function subaccountRow(account: Account): Readonly<Record<string, unknown>> {
  return {
    address: account.address,
    balance: format(account.balanceMicro, DOLLARS),
    pending_balance: '0',
    fee_level: account.feeLevel,
    fee_mode: 'auto',
    use_ltp_for_stop_orders: false,
    created_at: account.createdMs,
  };
}

export const prepareTransferFunds: Prepare<TransferFundsFields> = (state, request) => {
  const { amount, to_account: to } = request.fields;
  const amountMicro = parseExact(amount, DOLLARS);
  if (amountMicro === undefined || amountMicro <= 0) {
    return refused(invalid(`Invalid amount: ${amount}`));
  }
  return immediately(() =>
    withAccount(request, (sender) => {
      const recipient = state.accounts.byAddress(to);
      if (recipient === undefined || !areRelated(state, sender, recipient)) {
        const { address } = sender;
        return refused(engine(`Invalid transfer relationship: ${address} -> ${to}`, 33));
      }
      if (amountMicro < state.settings.minTransferDollars * MICRO) {
        return refused(engine(`Withdraw amount too low: ${amount}`, 29));
      }
      const movable = movableMicro(state, sender);
      if (amountMicro > movable) {
        const value = `(account value: ${format(movable, DOLLARS)})`;
        const error = `Insufficient balance for ${sender.address}: ${amount} ${value}`;
        return refused(engine(error, 5));
      }
      transferFunds(state, sender, recipient, amountMicro);
      return accepted({ of: 'data', data: { success: true, error: null } });
    }),
  );
};

/** Money moves between a main account and its subaccounts, and between these by setting. */
function areRelated(state: ExchangeState, sender: Account, recipient: Account): boolean {
  if (sender === recipient || sender.family !== recipient.family) return false;
  const { main } = state.accounts.familyOf(sender);
  return state.settings.siblingTransfers || sender === main || recipient === main;
}

/** A refusal of the engine that these endpoints answer with 400 and the engine's own number. */
function engine(error: string, code: number): Refusal {
  return { ...business(error, code), status: 400 };
}
