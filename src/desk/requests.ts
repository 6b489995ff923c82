import type { AccountManager } from '../accounts/accountManager.ts';
import { isWorking, type Order } from '../accounts/order.ts';
import { type ReservedOrder, SEND_WITHIN_MS } from '../gate/reservedOrder.ts';
import type { Market } from '../protocol/market.ts';
import { COST } from '../protocol/operations/operation.ts';
import type { Outcome } from '../protocol/outcome.ts';
import { type Query, type QueryResult, queryCostTenths } from '../protocol/queries.ts';
import type { SendAction } from './deskCommand.ts';
import type { DeskStats } from './deskStats.ts';
import type { KernelContext } from './kernelContext.ts';
import { isFlattening, type Lane, laneOf } from './lanes.ts';
import type { Outbox } from './outbox.ts';
import { watchOrder } from './overdue.ts';
import type { RequestReply } from './ports.ts';

/** Milliseconds that the venue's and our clock may disagree, and that admission may lag. */
const ADMISSION_MARGIN_MS = 1000;

/** A cancel that did not take effect is asked for again. */
const CANCEL_AGAIN_MS = 1000;

const TOO_LATE = 'its time to send had passed';

type Pending =
  | {
      readonly of: 'order';
      readonly account: number;
      readonly order: Order;
      readonly decidedUs: number;
      /** Last wall ms at which it may leave. */
      readonly sendByMs: number;
    }
  | { readonly of: 'cancel'; readonly account: number; readonly order: Order }
  | {
      readonly of: 'other';
      readonly account: number;
      readonly done: (outcome: Outcome<RequestReply>) => void;
    }
  | {
      readonly of: 'query';
      readonly account: number;
      readonly done: (outcome: Outcome<QueryResult>) => void;
    };

export interface RequestsParts {
  readonly context: KernelContext;
  readonly outbox: Outbox;
  readonly accounts: readonly AccountManager[];
  readonly markets: readonly Market[];
  readonly stats: DeskStats;
  readonly expiryWindowMs: number;
  readonly takerDelayMs: number;
  /** An answer left an order's fate open: look it up. */
  readonly inquire: (account: number) => void;
}

/** Requests to the venue: numbered, queued by lane, and matched with their answers. */
export class Requests {
  readonly #parts: RequestsParts;
  readonly #pending = new Map<number, Pending>();
  readonly #requestOf = new Map<Order, number>();
  #next = 1;
  #sweeping = false;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** Sends a reserved order once its record `seq` is on the disk; a flattening one does not wait. */
  order(order: Order, reserved: ReservedOrder, seq: number): void {
    const { context, stats } = this.#parts;
    const { account } = order.request;
    const { sendByMs } = reserved;
    const decidedUs = context.monoUs;
    const requestId = this.#add({ of: 'order', account, order, decidedUs, sendByMs });
    this.#requestOf.set(order, requestId);
    const afterSeq = isFlattening(order.request) ? 0 : seq;
    this.#push(requestId, account, laneOf(order.request), COST.action, afterSeq, () => {
      if (context.wallMs > sendByMs) {
        this.#giveUp(requestId, order, TOO_LATE);
        return false;
      }
      if (this.#manager(account).status !== 'ready') {
        this.#giveUp(requestId, order, 'its account is out of touch with the venue');
        return false;
      }
      stats.sent += 1;
      this.#emit(requestId, { do: 'order', reserved });
      const validUntilMs =
        context.wallMs +
        this.#parts.expiryWindowMs +
        this.#parts.takerDelayMs +
        ADMISSION_MARGIN_MS;
      this.#manager(account).sent(order, context.wallMs, validUntilMs);
      watchOrder(context, order, this.#parts.inquire);
      return true;
    });
    if (order.state === 'RESERVED') this.#sweepLater();
  }

  /** Takes a reserved order out of the queue; false when it has left already. */
  withdraw(order: Order): boolean {
    const requestId = this.#requestOf.get(order);
    if (requestId === undefined) return false;
    const { family } = this.#manager(order.request.account).identity;
    if (!this.#parts.outbox.withdraw(family, requestId)) return false;
    this.#forget(requestId);
    return true;
  }

  cancel(order: Order): void {
    const { account, clientOrderId } = order.request;
    const requestId = this.#add({ of: 'cancel', account, order });
    const lane = order.request.precedence === 'kill' ? 'kill' : 'cancel';
    this.#push(requestId, account, lane, COST.cancel, 0, () => {
      if (!isWorking(order)) {
        this.#forget(requestId);
        return false;
      }
      const market = this.#market(order.request.market);
      const cancel = { account, market, clientOrderId, venueOrderId: undefined };
      this.#parts.context.record('cancel', { account, clientOrderId });
      this.#emit(requestId, { do: 'cancel', cancel });
      this.#manager(account).cancelAsked(order);
      // By then it has taken effect, or it never will.
      const patienceMs = this.#parts.expiryWindowMs + ADMISSION_MARGIN_MS;
      this.#parts.context.after(patienceMs, () => {
        if (this.#pending.has(requestId) && isWorking(order)) this.cancel(order);
      });
      return true;
    });
  }

  cancelAll(account: number, done: (outcome: Outcome<RequestReply>) => void): void {
    const requestId = this.#add({ of: 'other', account, done });
    this.#push(requestId, account, 'kill', COST.cancel, 0, () => {
      this.#parts.context.record('cancel_all', { account });
      this.#emit(requestId, { do: 'cancelAll', cancelAll: { account, excludeReduceOnly: false } });
      return true;
    });
  }

  leverage(
    account: number,
    market: Market,
    leverage: number,
    done: (outcome: Outcome<RequestReply>) => void,
  ): void {
    const requestId = this.#add({ of: 'other', account, done });
    const body = { account, symbol: market.symbol, leverage };
    const seq = this.#parts.context.record('leverage', body, true);
    this.#push(requestId, account, 'open', COST.action, seq, () => {
      this.#emit(requestId, { do: 'leverage', leverage: { account, market, leverage } });
      return true;
    });
  }

  query(
    account: number,
    query: Query,
    done: (outcome: Outcome<QueryResult>) => void,
    lane: 'evidence' | 'poll' | 'verify' = 'poll',
  ): void {
    const requestId = this.#add({ of: 'query', account, done });
    const go = (): boolean => {
      this.#parts.context.emit({ kind: 'query', requestId, account, query });
      return true;
    };
    this.#parts.outbox.push(this.#manager(account).identity.family, {
      requestId,
      lane,
      costTenths: queryCostTenths(query, true),
      keylessTenths: queryCostTenths(query, false),
      afterSeq: 0,
      go,
    });
  }

  onSent(requestId: number, monoUs: number): void {
    const pending = this.#pending.get(requestId);
    if (pending?.of === 'order') this.#parts.stats.toSocket.add(monoUs - pending.decidedUs);
  }

  onReply(requestId: number, outcome: Outcome<RequestReply>): void {
    const pending = this.#settle(requestId);
    if (outcome.kind === 'refused' && outcome.reason === 'rate-limited') {
      this.#parts.stats.rateLimited += 1;
    }
    switch (pending?.of) {
      case 'order':
        this.#orderReply(pending.order, pending.decidedUs, outcome);
        break;
      case 'cancel':
        this.#cancelReply(pending.order, outcome);
        break;
      case 'other':
        pending.done(outcome);
        break;
      default:
        break;
    }
  }

  onAnswer(requestId: number, outcome: Outcome<QueryResult>): void {
    const pending = this.#settle(requestId);
    if (pending?.of === 'query') pending.done(outcome);
  }

  #orderReply(order: Order, decidedUs: number, outcome: Outcome<RequestReply>): void {
    const { context, stats } = this.#parts;
    const manager = this.#manager(order.request.account);
    const { clientOrderId } = order.request;
    const took = context.monoUs - decidedUs;
    const delayed = order.request.tif === 'GTC' || order.request.tif === 'IOC';
    context.record('reply', {
      clientOrderId,
      outcome: outcome.kind,
      words: outcome.kind === 'ok' ? null : outcome.message,
    });
    switch (outcome.kind) {
      case 'ok':
        stats.toAnswer.add(took - (delayed ? this.#parts.takerDelayMs * 1000 : 0));
        manager.admitted(order, outcome.value.orderId);
        break;
      case 'refused':
        stats.rejected(outcome.reason);
        // A name that is taken means that the order may be there already: only a look-up tells.
        if (outcome.reason === 'duplicate') this.#lost(order, outcome.message);
        else manager.end(order, 'rejected', outcome.message);
        break;
      case 'unknown':
        this.#lost(order, outcome.message);
        break;
    }
  }

  #lost(order: Order, message: string): void {
    this.#parts.stats.unknowns += 1;
    this.#manager(order.request.account).lost(order, message);
    this.#parts.inquire(order.request.account);
  }

  #cancelReply(order: Order, outcome: Outcome<RequestReply>): void {
    const { context } = this.#parts;
    const { account, clientOrderId } = order.request;
    if (outcome.kind === 'ok') {
      watchOrder(context, order, this.#parts.inquire);
      return;
    }
    context.record('cancel_reply', {
      clientOrderId,
      outcome: outcome.kind,
      words: outcome.message,
    });
    if (!isWorking(order)) return;
    this.#manager(account).cancelFailed(order);
    this.#parts.inquire(account);
    this.#cancelAgain(order);
  }

  /** Not before the venue has shown it at rest: until then there is nothing to cancel. */
  #cancelAgain(order: Order): void {
    this.#parts.context.after(CANCEL_AGAIN_MS, () => {
      if (!isWorking(order) || order.cancelAsked) return;
      if (order.state === 'LIVE') {
        order.cancelAsked = true;
        this.cancel(order);
      } else {
        this.#cancelAgain(order);
      }
    });
  }

  /** What could not leave in time is given up, whatever it waited for. */
  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#parts.context.after(SEND_WITHIN_MS + 1, () => this.#sweep());
  }

  #sweep(): void {
    this.#sweeping = false;
    const { context, outbox } = this.#parts;
    for (const [order, requestId] of [...this.#requestOf]) {
      const pending = this.#pending.get(requestId);
      if (order.state !== 'RESERVED' || pending?.of !== 'order') continue;
      if (context.wallMs <= pending.sendByMs) this.#sweepLater();
      else if (outbox.withdraw(this.#manager(pending.account).identity.family, requestId)) {
        this.#giveUp(requestId, order, TOO_LATE);
      }
    }
  }

  #giveUp(requestId: number, order: Order, why: string): void {
    this.#forget(requestId);
    this.#manager(order.request.account).end(order, 'not-sent', why);
  }

  #emit(requestId: number, action: SendAction): void {
    const { context } = this.#parts;
    context.emit({ kind: 'send', requestId, wallMs: context.wallMs, action });
  }

  #add(pending: Pending): number {
    const requestId = this.#next;
    this.#next += 1;
    this.#pending.set(requestId, pending);
    return requestId;
  }

  #push(
    requestId: number,
    account: number,
    lane: Lane,
    costTenths: number,
    afterSeq: number,
    go: () => boolean,
  ): void {
    const { family } = this.#manager(account).identity;
    this.#parts.outbox.push(family, { requestId, lane, costTenths, afterSeq, go });
  }

  #settle(requestId: number): Pending | undefined {
    const pending = this.#forget(requestId);
    if (pending === undefined) return undefined;
    this.#parts.outbox.settled(this.#manager(pending.account).identity.family, requestId);
    return pending;
  }

  #forget(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    if (pending?.of === 'order') this.#requestOf.delete(pending.order);
    return pending;
  }

  #manager(account: number): AccountManager {
    const manager = this.#parts.accounts[account];
    if (manager === undefined) throw new RangeError(`no account ${account}`);
    return manager;
  }

  #market(id: number): Market {
    const market = this.#parts.markets[id];
    if (market === undefined) throw new RangeError(`no market ${id}`);
    return market;
  }
}
