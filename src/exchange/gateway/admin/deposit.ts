import { decodeBase58 } from '../../../protocol/base58.ts';
import { DOLLARS, format, parseExact } from '../../../std/decimal.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { deposit } from '../../core/money/transfers.ts';

/** What a deposit on loopback came to: what to answer, with which status. */
export interface DepositAnswer {
  readonly status: 200 | 400;
  readonly value: Readonly<Record<string, string>>;
}

/**
 * Pays money into an account, as the chain would on the real exchange. An address that has none gets
 * one: the main account of a family of its own, with an owner of its own. `amount` is in dollars.
 */
export function depositByAdmin(state: ExchangeState, text: string): DepositAnswer {
  const { account: address, amount } = fieldsOf(text);
  if (typeof address !== 'string' || decodeBase58(address, 32) === undefined) {
    return refuse(`account: expected a base58 public key, got ${JSON.stringify(address)}`);
  }
  const amountMicro = parseExact(String(amount), DOLLARS);
  if (amountMicro === undefined || amountMicro <= 0) {
    return refuse(`amount: expected dollars above 0, got ${JSON.stringify(amount)}`);
  }
  const { accounts, nowMs } = state;
  const account = accounts.byAddress(address) ?? accounts.openMain(address, nowMs);
  deposit(state, account, amountMicro);
  const balance = format(account.balanceMicro, DOLLARS);
  return { status: 200, value: { account: address, balance } };
}

function refuse(error: string): DepositAnswer {
  return { status: 400, value: { error } };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
