import { z } from 'zod';

/** What pulls a trigger. Always sent: documents and observers disagree on the default. */
export const TRIGGER_PRICES = ['mark_price', 'last_trade_price', 'mid_price'] as const;
export type TriggerPrice = (typeof TRIGGER_PRICES)[number];

/**
 * A trigger, in `take_profit`, `stop_loss` and `stop_order`: without a limit price a market order
 * follows, without an amount the whole parent order or position.
 */
export interface StopOrderInfo {
  readonly stop_price: string;
  readonly limit_price?: string | undefined;
  readonly amount?: string | undefined;
  readonly client_order_id?: string | undefined;
  readonly trigger_price_type?: TriggerPrice | undefined;
}

export const stopOrderInfo: z.ZodType<StopOrderInfo> = z.object({
  stop_price: z.string(),
  limit_price: z.string().optional(),
  amount: z.string().optional(),
  client_order_id: z.string().optional(),
  trigger_price_type: z.enum(TRIGGER_PRICES).optional(),
});
