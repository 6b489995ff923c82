import type { CancelAllOrdersFields } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { CreateMarketOrderFields } from '../../../protocol/operations/orders/createMarketOrder.ts';
import type { CreateOrderFields } from '../../../protocol/operations/orders/createOrder.ts';
import type { EditOrderFields } from '../../../protocol/operations/orders/editOrder.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import { cancelAllOrders, cancelOrder } from '../orders/cancelling.ts';
import { editOrder } from '../orders/editing.ts';
import { type Entry, worstTicks } from '../orders/orderChecks.ts';
import { enterOrder } from '../orders/orderEntry.ts';
import {
  readClientId,
  readLegs,
  readLots,
  readMarket,
  readSlippage,
  readTicks,
} from './orderFields.ts';
import { cancelReply, orderReply } from './orderReplies.ts';
import { immediately, type Prepare, type Reply, withAccount } from './prepared.ts';
import { accepted, type Result } from './refusal.ts';
import type { SignedRequest } from './signedRequest.ts';

export const prepareCreateOrder: Prepare<CreateOrderFields> = (state, request) => {
  const { fields } = request;
  const common = readCommon(state, fields);
  if (!common.ok) return common;
  const ticks = readTicks(common.value.market, fields.price);
  if (!ticks.ok) return ticks;
  const { tif } = fields;
  return accepted({
    delayed: tif === 'GTC' || tif === 'IOC',
    run: () =>
      enter(state, request, (account) => ({
        ...common.value,
        account,
        kind: 'limit',
        tif,
        ticks: ticks.value,
      })),
  });
};

export const prepareCreateMarketOrder: Prepare<CreateMarketOrderFields> = (state, request) => {
  const { fields } = request;
  const common = readCommon(state, fields);
  if (!common.ok) return common;
  const slippage = readSlippage(fields.slippage_percent);
  if (!slippage.ok) return slippage;
  const { market: here, side } = common.value;
  return accepted({
    delayed: true,
    run: () =>
      enter(state, request, (account) => ({
        ...common.value,
        account,
        kind: 'market',
        tif: 'IOC',
        ticks: worstTicks(here, side, slippage.value),
      })),
  });
};

export const prepareEditOrder: Prepare<EditOrderFields> = (state, request) => {
  const { amount, price, symbol } = request.fields;
  const here = readMarket(state, symbol);
  if (!here.ok) return here;
  const ticks = readTicks(here.value, price);
  if (!ticks.ok) return ticks;
  const lots = amount === undefined ? undefined : readLots(here.value, amount);
  if (lots?.ok === false) return lots;
  const edit = {
    of: request.fields,
    market: here.value,
    ticks: ticks.value,
    lots: lots?.value,
  };
  return immediately(() =>
    withAccount(request, (account) => {
      const result = editOrder(state, account, edit);
      return result.ok ? accepted(orderReply(result.value)) : result;
    }),
  );
};

export const prepareCancelOrder: Prepare<CancelOrderFields> = (state, request) =>
  immediately(() =>
    withAccount(request, (account) => {
      const result = cancelOrder(state, account, request.fields);
      return result.ok ? accepted(cancelReply(request.fields)) : result;
    }),
  );

export const prepareCancelAllOrders: Prepare<CancelAllOrdersFields> = (state, request) => {
  const { fields } = request;
  return immediately(() =>
    withAccount(request, (account) =>
      accepted({ of: 'cancel_all', count: cancelAllOrders(state, account, fields) }),
    ),
  );
};

/** What limit and market orders share. */
function readCommon(
  state: ExchangeState,
  fields: CreateOrderFields | CreateMarketOrderFields,
): Result<Pick<Entry, 'market' | 'side' | 'lots' | 'reduceOnly' | 'clientOrderId'> & Legs> {
  const clientOrderId = readClientId(fields.client_order_id);
  if (!clientOrderId.ok) return clientOrderId;
  const here = readMarket(state, fields.symbol);
  if (!here.ok) return here;
  const lots = readLots(here.value, fields.amount);
  if (!lots.ok) return lots;
  const legs = readLegs(state, here.value, fields);
  if (!legs.ok) return legs;
  return accepted({
    market: here.value,
    side: fields.side,
    lots: lots.value,
    reduceOnly: fields.reduce_only,
    clientOrderId: clientOrderId.value,
    legs: legs.value,
  });
}

type Legs = Required<Pick<Entry, 'legs'>>;

function enter(
  state: ExchangeState,
  request: SignedRequest<unknown>,
  entryOf: (account: Account) => Entry,
): Result<Reply> {
  return withAccount(request, (account) => {
    const result = enterOrder(state, entryOf(account));
    return result.ok ? accepted(orderReply(result.value)) : result;
  });
}
