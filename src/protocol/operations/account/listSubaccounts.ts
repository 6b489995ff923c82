import { z } from 'zod';
import { integer } from '../../fields.ts';
import { dollars } from '../answers.ts';
import { COST, type NoFields, noFields, type Operation } from '../operation.ts';

export interface Subaccount {
  readonly address: string;
  readonly balanceMicro: number;
  readonly pendingMicro: number | undefined;
  readonly feeLevel: number | undefined;
  /** `auto` in every example. */
  readonly feeMode: string | undefined;
  readonly stopsOnLastTrade: boolean | undefined;
  readonly createdMs: number | undefined;
}

const subaccount = z
  .object({
    address: z.string(),
    balance: dollars,
    pending_balance: dollars.nullish(),
    fee_level: integer.nullish(),
    fee_mode: z.string().nullish(),
    use_ltp_for_stop_orders: z.boolean().nullish(),
    created_at: integer.nullish(),
  })
  .transform(
    (raw): Subaccount => ({
      address: raw.address,
      balanceMicro: raw.balance,
      pendingMicro: raw.pending_balance ?? undefined,
      feeLevel: raw.fee_level ?? undefined,
      feeMode: raw.fee_mode ?? undefined,
      stopsOnLastTrade: raw.use_ltp_for_stop_orders ?? undefined,
      createdMs: raw.created_at ?? undefined,
    }),
  );

/** `POST /account/subaccount/list`. */
export const LIST_SUBACCOUNTS: Operation<NoFields, readonly Subaccount[]> = {
  type: 'list_subaccounts',
  path: '/account/subaccount/list',
  costTenths: COST.action,
  schema: noFields,
  answer: z
    .object({ subaccounts: z.array(subaccount) })
    .transform(({ subaccounts }) => subaccounts),
};
