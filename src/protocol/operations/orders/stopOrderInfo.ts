import { z } from 'zod';
import type { Json } from '../../canonicalJson.ts';
import { formatAmount, formatPrice, type Market } from '../../market.ts';

/** What pulls a trigger. Always sent: documents and observers disagree on the default. */
const TRIGGER_PRICES = ['mark_price', 'last_trade_price', 'mid_price'] as const;
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

/** A trigger in the house's own numbers. */
export interface Trigger {
  readonly stopTicks: number;
  /** A market order follows without one. */
  readonly limitTicks?: number | undefined;
  /** The whole parent order or position without them. */
  readonly lots?: number | undefined;
  readonly clientOrderId?: string | undefined;
  readonly trigger: TriggerPrice;
}

/** The legs that an order or a position can carry. */
export interface Legs {
  readonly takeProfit?: Trigger | undefined;
  readonly stopLoss?: Trigger | undefined;
}

/** A trigger as operation fields; those that are absent are left out. */
export function triggerFields(market: Market, trigger: Trigger): { readonly [key: string]: Json } {
  const { stopTicks, limitTicks, lots, clientOrderId } = trigger;
  return {
    stop_price: formatPrice(market, stopTicks),
    ...(limitTicks === undefined ? {} : { limit_price: formatPrice(market, limitTicks) }),
    ...(lots === undefined ? {} : { amount: formatAmount(market, lots) }),
    ...(clientOrderId === undefined ? {} : { client_order_id: clientOrderId }),
    trigger_price_type: trigger.trigger,
  };
}
