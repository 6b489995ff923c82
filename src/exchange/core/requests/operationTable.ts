import { UPDATE_LEVERAGE } from '../../../protocol/operations/account/updateLeverage.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { BatchAction } from '../../../protocol/operations/orders/batchOrders.ts';
import { CANCEL_ALL_ORDERS } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import { CANCEL_ORDER } from '../../../protocol/operations/orders/cancelOrder.ts';
import { CREATE_MARKET_ORDER } from '../../../protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER } from '../../../protocol/operations/orders/createOrder.ts';
import type { ExchangeState } from '../exchangeState.ts';
import {
  prepareCancelAllOrders,
  prepareCancelOrder,
  prepareCreateMarketOrder,
  prepareCreateOrder,
  prepareUpdateLeverage,
} from './orderOperations.ts';
import type { Prepare, Prepared } from './prepared.ts';
import { accepted, type Result } from './refusal.ts';
import { readSigned, type Verify } from './signedRequest.ts';

/** A signed body that was found good; `prepare` does what does not depend on the book. */
export interface Signed {
  readonly address: string;
  prepare(): Result<Prepared>;
}

/** An operation as the exchange serves it: its names on the wire, its price, how its body is read. */
export interface Served {
  readonly type: string;
  /** Below `/api/v1`. */
  readonly path: string;
  /** Key in `params` of a WebSocket request; absent where the WebSocket does not offer it. */
  readonly wsKey: string | undefined;
  readonly costTenths: number;
  read(state: ExchangeState, verify: Verify, body: unknown): Result<Signed>;
}

function served<Fields>(operation: Operation<Fields>, prepare: Prepare<Fields>): Served {
  const { costTenths, path, type, wsKey } = operation;
  return {
    type,
    path,
    wsKey,
    costTenths,
    read: (state, verify, body) => {
      const request = readSigned(state, verify, operation, body);
      if (!request.ok) return request;
      const { value } = request;
      return accepted({ address: value.address, prepare: () => prepare(state, value) });
    },
  };
}

/** Every operation that the exchange serves by itself, batches aside; a row each. */
export const SERVED: readonly Served[] = [
  served(CREATE_ORDER, prepareCreateOrder),
  served(CREATE_MARKET_ORDER, prepareCreateMarketOrder),
  served(CANCEL_ORDER, prepareCancelOrder),
  served(CANCEL_ALL_ORDERS, prepareCancelAllOrders),
  served(UPDATE_LEVERAGE, prepareUpdateLeverage),
];

/** The operation behind each kind of batch action. */
export const ACTION_TYPES: Readonly<Record<BatchAction['type'], string>> = {
  Create: 'create_order',
  CreateMarket: 'create_market_order',
  Cancel: 'cancel_order',
  SetPositionTpsl: 'set_position_tpsl',
  CancelStopOrder: 'cancel_stop_order',
  Edit: 'edit_order',
};

const BY_TYPE: ReadonlyMap<string, Served> = new Map(SERVED.map((each) => [each.type, each]));

export function servedAs(type: string): Served | undefined {
  return BY_TYPE.get(type);
}
