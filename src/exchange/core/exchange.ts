import {
  BATCH_ORDERS,
  type BatchAction,
  type BatchFields,
  batchSchema,
} from '../../protocol/operations/orders/batchOrders.ts';
import type { Crowd, CrowdPort } from '../crowdPort.ts';
import type { ExchangeSettings } from '../settings.ts';
import type { AccountSeed } from './accounts/account.ts';
import { AccountRegistry } from './accounts/accountRegistry.ts';
import { Agenda } from './agenda.ts';
import type { ExchangeListener, ExchangeState } from './exchangeState.ts';
import { CrowdDoor } from './markets/crowdDoor.ts';
import { LISTED, type ListedMarket, listedMarkets } from './markets/listing.ts';
import { MarketState } from './markets/marketState.ts';
import { noteFirstDeposits } from './money/balance.ts';
import { MoneyState } from './money/moneyState.ts';
import { react } from './reactions.ts';
import { ACTION_TYPES, type Signed, servedAs } from './requests/operationTable.ts';
import type { Prepared, Reply } from './requests/prepared.ts';
import {
  accepted,
  invalid,
  malformed,
  notFound,
  type Result,
  refused,
} from './requests/refusal.ts';
import type { Verify } from './requests/signatures.ts';
import { problemOf } from './requests/signedRequest.ts';
import { Truth } from './truth.ts';

export interface ExchangeOptions {
  readonly settings: ExchangeSettings;
  readonly accounts: readonly AccountSeed[];
  readonly verify: Verify;
  readonly listener: ExchangeListener;
  /** The background traders; whoever drives the exchange also drives them. */
  readonly crowd: Crowd;
  /** The markets, {@link LISTED} by default. */
  readonly listed?: readonly ListedMarket[];
}

/** Name of an operation: the `type` that its message is signed with, or the batch, which has none. */
export type OperationKey = string;
export const BATCH: OperationKey = BATCH_ORDERS.wsKey;

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

  constructor(options: ExchangeOptions) {
    const { settings } = options;
    const listed = options.listed ?? LISTED;
    const markets = listedMarkets(listed).all;
    const isolatedOnly = markets.filter(({ id }) => listed[id]?.isolatedOnly);
    this.#verify = options.verify;
    this.state = {
      settings,
      markets: markets.map(
        (market) =>
          new MarketState(
            market,
            listed[market.id] as ListedMarket,
            options.crowd.history(market.id),
            settings,
          ),
      ),
      accounts: new AccountRegistry(options.accounts, markets, settings.historyRows, isolatedOnly),
      money: new MoneyState(markets.length),
      truth: new Truth(),
      listener: options.listener,
      crowd: options.crowd,
      agenda: new Agenda(),
      nowMs: 0,
      lastOrderId: 0,
      lastHistoryId: 0,
    };
    this.port = { markets: this.state.markets.map((here) => new CrowdDoor(this.state, here)) };
  }

  /** Sets the wall time at which everything that follows happens. */
  setTime(nowMs: number): void {
    const isFirst = this.state.nowMs === 0;
    this.state.nowMs = nowMs;
    if (isFirst) noteFirstDeposits(this.state);
  }

  /** When the next thing that waits is due, wall ms; infinite when none waits. */
  dueMs(): number {
    return this.state.agenda.dueMs();
  }

  /** Runs what is due. */
  release(): void {
    this.state.agenda.release(this.state.nowMs);
  }

  /** Lets everything follow that prices and positions cause by themselves. Ends every step. */
  react(): void {
    react(this.state);
  }

  /**
   * Takes a request body as it was received. The answer comes at once, or after the taker delay for
   * whatever may take liquidity. `peer` is the address that the request came from.
   */
  submit(key: OperationKey, body: unknown, answer: Answer, peer = ''): void {
    const told: Answer = (result) => {
      if (!result.ok) this.state.truth.refused += 1;
      answer(result);
    };
    const prepared = key === BATCH ? this.#batch(body, peer) : this.#single(key, body, peer);
    if (!prepared.ok) {
      told(prepared);
      return;
    }
    const { delayed, run } = prepared.value;
    const { nowMs, settings } = this.state;
    if (!delayed || settings.takerDelayMs === 0) told(run());
    else this.state.agenda.at(nowMs + settings.takerDelayMs, () => told(run()));
  }

  #single(key: OperationKey, body: unknown, peer: string): Result<Prepared> {
    const served = servedAs(key);
    if (served === undefined) return refused(notFound('Not found'));
    const signed = served.read(this.state, this.#verify, body, peer);
    return signed.ok ? signed.value.prepare() : signed;
  }

  /** All signatures must be good; after that every action stands for itself. */
  #batch(body: unknown, peer: string): Result<Prepared> {
    const batch = batchSchema.safeParse(body);
    if (!batch.success) {
      return refused(malformed(problemOf(batch.error.issues, body)));
    }
    // The bodies as they came: a parser's copy can lack what was signed, such as a key `__proto__`.
    const { actions: received } = body as BatchFields;
    const signed: Signed[] = [];
    for (const { data, type } of received) {
      const action = servedAs(ACTION_TYPES[type])?.read(this.state, this.#verify, data, peer);
      if (action === undefined) return refused(malformed(`unknown variant \`${type}\``));
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

/** Whether the action makes its whole batch wait. */
function isTaking({ data, type }: BatchAction): boolean {
  return (
    type === 'CreateMarket' || (type === 'Create' && (data.tif === 'GTC' || data.tif === 'IOC'))
  );
}
