import { z } from 'zod';
import { decimal, integer, microIn, microOf, nanoOf, parseWith } from '../../fields.ts';
import type { AccountFigures } from '../../frames/frame.ts';
import type { Read } from '../read.ts';

const spotBalanceSchema = z.object({
  symbol: z.string(),
  amount: decimal,
  available_to_withdraw: decimal.nullish(),
  pending_balance: decimal.nullish(),
  daily_withdraw_amount_usd: decimal.nullish(),
  effective_daily_deposit_limit_usd: decimal.nullish(),
  effective_daily_withdraw_limit_usd: decimal.nullish(),
});

export const accountSchema = z.object({
  balance: decimal,
  fee_level: integer,
  maker_fee: decimal.nullish(),
  taker_fee: decimal.nullish(),
  account_equity: decimal,
  cross_account_equity: decimal.nullish(),
  spot_market_value: decimal.nullish(),
  spot_collateral: decimal.nullish(),
  available_to_spend: decimal,
  available_to_withdraw: decimal.nullish(),
  pending_balance: decimal.nullish(),
  pending_interest: decimal.nullish(),
  total_margin_used: decimal,
  cross_mmr: decimal.nullish(),
  positions_count: integer,
  orders_count: integer,
  stop_orders_count: integer.nullish(),
  spot_balances: z.array(spotBalanceSchema).nullish(),
  use_ltp_for_stop_orders: z.boolean().nullish(),
  updated_at: integer.nullish(),
});

export interface AccountReply extends AccountFigures {
  /** Fee rates in 10^-9 of notional. */
  readonly makerFeeNano: number;
  readonly takerFeeNano: number;
  readonly crossEquityMicro?: number | undefined;
  readonly spotValueMicro?: number | undefined;
  readonly spotCollateralMicro?: number | undefined;
  readonly pendingInterestMicro?: number | undefined;
  /** Stops trigger on the last trade; older documents only. */
  readonly stopsOnLastTrade?: boolean | undefined;
  readonly updatedMs?: number | undefined;
}

/** `GET /account`: an object today, an array of one in older documents. */
export const ACCOUNT: Read<{ readonly account: string }, AccountReply> = {
  path: '/account',
  isHeavy: false,
  parameters: ({ account }) => ({ account }),
  decode: ({ data }) => decodeAccount(data),
};

export function decodeAccount(data: unknown): AccountReply {
  const raw = parseWith(accountSchema, Array.isArray(data) ? data[0] : data, 'account');
  return {
    balanceMicro: microOf(raw.balance, 'balance'),
    equityMicro: microOf(raw.account_equity, 'equity'),
    availableMicro: microOf(raw.available_to_spend, 'available'),
    marginUsedMicro: microOf(raw.total_margin_used, 'margin used'),
    maintenanceMicro: microOf(raw.cross_mmr ?? '0', 'maintenance margin'),
    feeLevel: raw.fee_level,
    ordersCount: raw.orders_count,
    positionsCount: raw.positions_count,
    stopOrdersCount: raw.stop_orders_count ?? undefined,
    makerFeeNano: nanoOf(raw.maker_fee ?? '0.00015', 'maker fee'),
    takerFeeNano: nanoOf(raw.taker_fee ?? '0.0004', 'taker fee'),
    withdrawableMicro: microIn(raw.available_to_withdraw, 'withdrawable'),
    pendingMicro: microIn(raw.pending_balance, 'pending balance'),
    crossEquityMicro: microIn(raw.cross_account_equity, 'cross equity'),
    spotValueMicro: microIn(raw.spot_market_value, 'spot value'),
    spotCollateralMicro: microIn(raw.spot_collateral, 'spot collateral'),
    pendingInterestMicro: microIn(raw.pending_interest, 'pending interest'),
    stopsOnLastTrade: raw.use_ltp_for_stop_orders ?? undefined,
    updatedMs: raw.updated_at ?? undefined,
    spot: raw.spot_balances?.map((one) => ({
      asset: one.symbol,
      amount: one.amount,
      withdrawable: one.available_to_withdraw ?? undefined,
      pending: one.pending_balance ?? undefined,
      withdrawnTodayMicro: microIn(one.daily_withdraw_amount_usd, 'withdrawn today'),
      dailyDepositLimitMicro: microIn(one.effective_daily_deposit_limit_usd, 'deposit limit'),
      dailyWithdrawLimitMicro: microIn(one.effective_daily_withdraw_limit_usd, 'withdrawal limit'),
    })),
  };
}
