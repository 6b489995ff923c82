import { UPDATE_LEVERAGE } from '../../protocol/operations/account/updateLeverage.ts';
import type { Operation } from '../../protocol/operations/operation.ts';
import { type BatchAction, batchSchema } from '../../protocol/operations/orders/batchOrders.ts';
import { CANCEL_ALL_ORDERS } from '../../protocol/operations/orders/cancelAllOrders.ts';
import { CANCEL_ORDER } from '../../protocol/operations/orders/cancelOrder.ts';
import { CREATE_MARKET_ORDER } from '../../protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER } from '../../protocol/operations/orders/createOrder.ts';
import type { Crowd, CrowdPort } from '../crowdPort.ts';
import type { ExchangeSettings } from '../settings.ts';
import type { AccountSeed } from './accounts/account.ts';
import { AccountRegistry } from './accounts/accountRegistry.ts';
import type { ExchangeListener, ExchangeState } from './exchangeState.ts';
import { CrowdDoor } from './markets/crowdDoor.ts';
import { LISTED, type ListedMarket, listedMarkets } from './markets/listing.ts';
import { MarketState } from './markets/marketState.ts';
import {
  type Prepare,
  type Prepared,
  prepareCancelAllOrders,
  prepareCancelOrder,
  prepareCreateMarketOrder,
  prepareCreateOrder,
  prepareUpdateLeverage,
  type Reply,
} from './requests/orderOperations.ts';
import { accepted, invalid, malformed, type Result, refused } from './requests/refusal.ts';
import { problemOf, readSigned, type Verify } from './requests/signedRequest.ts';
import { TakerQueue } from './requests/takerQueue.ts';
import { Truth } from './truth.ts';

export interface ExchangeOptions {
  readonly settings: ExchangeSettings;
  readonly accounts: readonly AccountSeed[];
  readonly verify: Verify;
  readonly listener: ExchangeListener;
  /** The background traders; whoever drives the exchange also drives them. */
  readonly crowd: Crowd;
}

/** Operations by the key that the WebSocket uses. */
export type OperationKey =
  | 'create_order'
  | 'create_market_order'
  | 'cancel_order'
  | 'cancel_all_orders'
  | 'batch_orders'
  | 'update_leverage';

export type Answer = (result: Result<Reply>) => void;

/**
 * The exchange without its wires: accounts, books and rules. It has no clock: whoever drives it
 * says what time it is, before anything else, and calls `release` when `dueMs` has come.
 */
export class Exchange {
  readonly state: ExchangeState;
  /** The crowd's way in. */
  readonly port: CrowdPort;
  readonly #verify: Verify;
  readonly #delayed: TakerQueue = new TakerQueue();

  constructor(options: ExchangeOptions) {
    const { settings } = options;
    const markets = listedMarkets().all;
    this.#verify = options.verify;
    this.state = {
      settings,
      markets: markets.map(
        (market) =>
          new MarketState(
            market,
            LISTED[market.id] as ListedMarket,
            options.crowd.history(market.id),
            settings,
          ),
      ),
      accounts: new AccountRegistry(options.accounts, markets, settings.historyRows),
      truth: new Truth(),
      listener: options.listener,
      crowd: options.crowd,
      nowMs: 0,
      lastOrderId: 0,
      lastHistoryId: 0,
    };
    this.port = { markets: this.state.markets.map((here) => new CrowdDoor(this.state, here)) };
  }

  /** Sets the wall time at which everything that follows happens. */
  setTime(nowMs: number): void {
    this.state.nowMs = nowMs;
  }

  /** When the next delayed order is due, wall ms; infinite when none waits. */
  dueMs(): number {
    return this.#delayed.dueMs();
  }

  /** Runs the delayed orders that are due. */
  release(): void {
    this.#delayed.release(this.state.nowMs);
  }

  /**
   * Takes a request body as it was received. The answer comes at once, or after the taker delay for
   * whatever may take liquidity.
   */
  submit(key: OperationKey, body: unknown, answer: Answer): void {
    const told: Answer = (result) => {
      if (!result.ok) this.state.truth.refused += 1;
      answer(result);
    };
    const prepared = key === 'batch_orders' ? this.#batch(body) : this.#single(key, body);
    if (!prepared.ok) {
      told(prepared);
      return;
    }
    const { delayed, run } = prepared.value;
    const { nowMs, settings } = this.state;
    if (!delayed || settings.takerDelayMs === 0) told(run());
    else this.#delayed.push(nowMs + settings.takerDelayMs, () => told(run()));
  }

  #single(key: SingleKey, body: unknown): Result<Prepared> {
    const signed = READERS[key](this.state, this.#verify, body);
    return signed.ok ? signed.value.prepare() : signed;
  }

  /** All signatures must be good; after that every action stands for itself. */
  #batch(body: unknown): Result<Prepared> {
    const batch = batchSchema.safeParse(body);
    if (!batch.success) {
      return refused(malformed(problemOf(batch.error.issues, body)));
    }
    const signed: Signed[] = [];
    for (const { data, type } of batch.data.actions) {
      const action = READERS[ACTIONS[type]](this.state, this.#verify, data);
      if (!action.ok) return action;
      signed.push(action.value);
    }
    if (
      !this.state.settings.batchMixedAccounts &&
      signed.some(({ address }) => address !== signed[0]?.address)
    ) {
      return refused(invalid('All actions of a batch must belong to one account'));
    }
    const delayed = batch.data.actions.some(isTaking);
    const actions = signed.map(({ prepare }) => prepare());
    return accepted({
      delayed,
      run: () =>
        accepted({
          of: 'batch',
          results: actions.map((action) => (action.ok ? action.value.run() : action)),
        }),
    });
  }
}

type SingleKey = Exclude<OperationKey, 'batch_orders'>;

/** A signed body that was found good; `prepare` does what does not depend on the book. */
interface Signed {
  readonly address: string;
  prepare(): Result<Prepared>;
}

type Reader = (state: ExchangeState, verify: Verify, body: unknown) => Result<Signed>;

const READERS: Readonly<Record<SingleKey, Reader>> = {
  create_order: reader(CREATE_ORDER, prepareCreateOrder),
  create_market_order: reader(CREATE_MARKET_ORDER, prepareCreateMarketOrder),
  cancel_order: reader(CANCEL_ORDER, prepareCancelOrder),
  cancel_all_orders: reader(CANCEL_ALL_ORDERS, prepareCancelAllOrders),
  update_leverage: reader(UPDATE_LEVERAGE, prepareUpdateLeverage),
};

const ACTIONS: Readonly<Record<BatchAction['type'], SingleKey>> = {
  Create: 'create_order',
  CreateMarket: 'create_market_order',
  Cancel: 'cancel_order',
};

function reader<Fields>(operation: Operation<Fields>, prepare: Prepare<Fields>): Reader {
  return (state, verify, body) => {
    const request = readSigned(state, verify, operation, body);
    if (!request.ok) return request;
    const { value } = request;
    return accepted({ address: value.address, prepare: () => prepare(state, value) });
  };
}

/** Whether the action makes its whole batch wait. */
function isTaking({ data, type }: BatchAction): boolean {
  return (
    type === 'CreateMarket' || (type === 'Create' && (data.tif === 'GTC' || data.tif === 'IOC'))
  );
}
