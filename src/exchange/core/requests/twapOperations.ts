import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { CreateTwapOrderFields } from '../../../protocol/operations/orders/createTwapOrder.ts';
import type { Account } from '../accounts/account.ts';
import type { Twap } from '../orders/twap.ts';
import { endTwap, startTwap } from '../orders/twapWork.ts';
import { readClientId, readLots, readMarket, readSlippage } from './orderFields.ts';
import { cancelReply, orderReply } from './orderReplies.ts';
import { immediately, type Prepare, withAccount } from './prepared.ts';
import { accepted } from './refusal.ts';

export const prepareCreateTwapOrder: Prepare<CreateTwapOrderFields> = (state, request) => {
  const { fields } = request;
  const clientOrderId = readClientId(fields.client_order_id);
  if (!clientOrderId.ok) return clientOrderId;
  const here = readMarket(state, fields.symbol);
  if (!here.ok) return here;
  const lots = readLots(here.value, fields.amount);
  if (!lots.ok) return lots;
  const slippage = readSlippage(fields.slippage_percent);
  if (!slippage.ok) return slippage;
  const terms = {
    market: here.value,
    side: fields.side,
    lots: lots.value,
    reduceOnly: fields.reduce_only,
    slippageMicroPercent: slippage.value,
    durationS: fields.duration_in_seconds,
    clientOrderId: clientOrderId.value,
  };
  return immediately(() =>
    withAccount(request, (account) => {
      const result = startTwap(state, { ...terms, account });
      return result.ok ? accepted(orderReply(result.value)) : result;
    }),
  );
};

/** Succeeds also for an id that names nothing, as observed. */
export const prepareCancelTwapOrder: Prepare<CancelOrderFields> = (state, request) => {
  const { fields } = request;
  return immediately(() =>
    withAccount(request, (account) => {
      const twap = namedTwap(account, fields);
      if (twap?.market.symbol === fields.symbol) endTwap(state, twap, 'cancel');
      return accepted(cancelReply(fields));
    }),
  );
};

function namedTwap(
  account: Account,
  { client_order_id: clientOrderId, order_id: orderId }: CancelOrderFields,
): Twap | undefined {
  return orderId === undefined
    ? account.twapByClientId.get(clientOrderId as string)
    : account.twaps.get(orderId);
}
