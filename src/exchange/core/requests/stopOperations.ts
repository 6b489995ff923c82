import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { CreateStopOrderFields } from '../../../protocol/operations/orders/createStopOrder.ts';
import type { SetPositionTpslFields } from '../../../protocol/operations/orders/setPositionTpsl.ts';
import { cancelStopOrder } from '../orders/cancelling.ts';
import { checkNewStop, setPositionStops } from '../orders/positionStops.ts';
import { awaitTrigger } from '../orders/waitingStops.ts';
import { readLegs, readMarket, readStop } from './orderFields.ts';
import { cancelReply, orderReply } from './orderReplies.ts';
import { immediately, type Prepare, withAccount } from './prepared.ts';
import { accepted, business, malformed, refused } from './refusal.ts';

export const prepareCreateStopOrder: Prepare<CreateStopOrderFields> = (state, request) => {
  const { reduce_only: reduceOnly, side, stop_order: info, symbol } = request.fields;
  if (info.amount === undefined && state.settings.stopWithoutAmount === 'refuse') {
    return refused(malformed('missing field `amount`'));
  }
  const here = readMarket(state, symbol);
  if (!here.ok) return here;
  const stop = readStop(state, here.value, 'stop', info);
  if (!stop.ok) return stop;
  const { value: terms } = stop;
  if (terms.lots !== undefined && terms.lots < 0) {
    return refused(business(`Invalid stop order amount: ${info.amount}`));
  }
  return immediately(() =>
    withAccount(request, (account) => {
      const refusal = checkNewStop(state, account, terms);
      if (refusal !== undefined) return refused(refusal);
      const entry = { account, market: here.value, side, reduceOnly, terms };
      return accepted(orderReply(awaitTrigger(state, entry)));
    }),
  );
};

export const prepareSetPositionTpsl: Prepare<SetPositionTpslFields> = (state, request) => {
  const { fields } = request;
  const here = readMarket(state, fields.symbol);
  if (!here.ok) return here;
  const legs = readLegs(state, here.value, fields);
  if (!legs.ok) return legs;
  const stops = { market: here.value, side: fields.side, legs: legs.value };
  return immediately(() =>
    withAccount(request, (account) => {
      const refusal = setPositionStops(state, account, stops);
      return refusal === undefined ? accepted({ of: 'done' }) : refused(refusal);
    }),
  );
};

export const prepareCancelStopOrder: Prepare<CancelOrderFields> = (state, request) =>
  immediately(() =>
    withAccount(request, (account) => {
      const result = cancelStopOrder(state, account, request.fields);
      return result.ok ? accepted(cancelReply(request.fields)) : result;
    }),
  );
