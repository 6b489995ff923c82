import type { UpdateLeverageFields } from '../../../protocol/operations/account/updateLeverage.ts';
import type { CancelAllOrdersFields } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import type { CancelOrderFields } from '../../../protocol/operations/orders/cancelOrder.ts';
import type { CreateMarketOrderFields } from '../../../protocol/operations/orders/createMarketOrder.ts';
import type { CreateOrderFields } from '../../../protocol/operations/orders/createOrder.ts';
import { type Grid, parseExact } from '../../../std/decimal.ts';
import type { Account } from '../accounts/account.ts';
import { type ExchangeState, marketOf } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import type { Order } from '../orders/order.ts';
import { type Entry, worstTicks } from '../orders/orderChecks.ts';
import { cancelAllOrders, cancelOrder, enterOrder, updateLeverage } from '../orders/orderEntry.ts';
import { immediately, type Prepare, type Reply, withAccount } from './prepared.ts';
import { accepted, business, invalid, malformed, type Result, refused } from './refusal.ts';
import type { SignedRequest } from './signedRequest.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PERCENT: Grid = { step: 1, decimals: 6 };

export const prepareCreateOrder: Prepare<CreateOrderFields> = (state, request) => {
  const { fields } = request;
  const common = readCommon(state, fields);
  if (!common.ok) return common;
  const { lots, market: here } = common.value;
  const ticks = parseExact(fields.price, here.market.tick);
  if (ticks === undefined) {
    return refused(notMultiple('price', fields.price, 'tick', here.listed.tickSize));
  }
  if (ticks < 1 || ticks > here.listed.maxTicks) {
    return refused(business(`Invalid tick level: ${fields.price}`, 3));
  }
  const { tif } = fields;
  return accepted({
    delayed: tif === 'GTC' || tif === 'IOC',
    run: () =>
      enter(state, request, (account) => ({
        account,
        market: here,
        side: fields.side,
        kind: 'limit',
        tif,
        ticks,
        lots,
        reduceOnly: fields.reduce_only,
        clientOrderId: fields.client_order_id ?? null,
      })),
  });
};

export const prepareCreateMarketOrder: Prepare<CreateMarketOrderFields> = (state, request) => {
  const { fields } = request;
  const common = readCommon(state, fields);
  if (!common.ok) return common;
  const { lots, market: here } = common.value;
  const slippage = parseExact(fields.slippage_percent, PERCENT);
  if (slippage === undefined || slippage < 0 || slippage > 100_000_000) {
    return refused(invalid(`Invalid slippage percent: ${fields.slippage_percent}`));
  }
  return accepted({
    delayed: true,
    run: () =>
      enter(state, request, (account) => ({
        account,
        market: here,
        side: fields.side,
        kind: 'market',
        tif: 'IOC',
        ticks: worstTicks(here, fields.side, slippage),
        lots,
        reduceOnly: fields.reduce_only,
        clientOrderId: fields.client_order_id ?? null,
      })),
  });
};

export const prepareCancelOrder: Prepare<CancelOrderFields> = (state, request) => {
  const { fields } = request;
  return immediately(() =>
    withAccount(request, (account) => {
      const result = cancelOrder(state, account, fields);
      if (!result.ok) return result;
      return accepted({
        of: 'cancel',
        orderId: fields.order_id ?? null,
        clientOrderId: fields.client_order_id ?? null,
        symbol: fields.symbol,
      });
    }),
  );
};

export const prepareCancelAllOrders: Prepare<CancelAllOrdersFields> = (state, request) => {
  const { fields } = request;
  return immediately(() =>
    withAccount(request, (account) =>
      accepted({ of: 'cancel_all', count: cancelAllOrders(state, account, fields) }),
    ),
  );
};

export const prepareUpdateLeverage: Prepare<UpdateLeverageFields> = (state, request) => {
  const { leverage, symbol } = request.fields;
  return immediately(() =>
    withAccount(request, (account) => {
      const refusal = updateLeverage(state, account, symbol, leverage);
      return refusal === undefined ? accepted({ of: 'done' }) : refused(refusal);
    }),
  );
};

interface Common {
  readonly market: MarketState;
  readonly lots: number;
}

/** What limit and market orders share: the market, the amount, a well-formed client id. */
function readCommon(
  state: ExchangeState,
  fields: CreateOrderFields | CreateMarketOrderFields,
): Result<Common> {
  const { amount, client_order_id: clientOrderId, symbol } = fields;
  if (clientOrderId !== undefined && !UUID.test(clientOrderId)) {
    return refused(malformed('client_order_id: UUID parsing failed'));
  }
  const market = marketOf(state, symbol);
  if (market === undefined) return refused(business(`Book not found: ${symbol}`, 2));
  const lots = parseExact(amount, market.market.lot);
  if (lots === undefined) {
    return refused(notMultiple('amount', amount, 'lot', market.listed.lotSize));
  }
  return accepted({ market, lots });
}

function notMultiple(
  field: string,
  value: string,
  step: 'tick' | 'lot',
  size: string,
): ReturnType<typeof invalid> {
  return invalid(`Invalid ${field}: ${value} is not a multiple of ${step} size ${size}`);
}

function enter(
  state: ExchangeState,
  request: SignedRequest<unknown>,
  entryOf: (account: Account) => Entry,
): Result<Reply> {
  return withAccount(request, (account) => {
    const result = enterOrder(state, entryOf(account));
    return result.ok ? accepted(replyOf(result.value)) : result;
  });
}

function replyOf(order: Order): Reply {
  const { clientOrderId, id, market } = order;
  return { of: 'order', orderId: id, clientOrderId, symbol: market.symbol };
}
