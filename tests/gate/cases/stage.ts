// Where the cases of the reference are played: a real gate with real accounts, asked through a door
// behind which a wrong gate can stand.
import { AccountManager } from '../../../src/accounts/accountManager.ts';
import { type Order, openOrder } from '../../../src/accounts/order.ts';
import type { Gate } from '../../../src/gate/gate.ts';
import type { OrderRequest } from '../../../src/gate/orderRequest.ts';
import type { FillRow, OrderUpdateRow } from '../../../src/protocol/frames/frame.ts';
import type { OrderEvent, OrderStatus } from '../../../src/protocol/terms.ts';
import { answer, Desk, type FakeFacts, MARKETS, request, reserved } from '../desk.ts';

export const P = 100_000;
export const A = { account: 1 } as const;
export const B = { account: 2, side: 'ask' } as const;
export const MARKET = { kind: 'market', tif: 'IOC' } as const;

/** What stands behind the door: the gate, or one that lets everything pass, or nothing. */
export type Door = 'gate' | 'allow all' | 'refuse all';
export type Expectation = 'block' | 'allow';

/** One of the 72 cases of the reference. */
export interface Case {
  readonly number: number;
  readonly title: string;
  readonly expects: readonly Expectation[];
  readonly play: (stage: CaseStage) => void;
}

export class CaseFailed extends Error {
  readonly expected: Expectation;

  constructor(expected: Expectation, answered: string) {
    super(`expected ${expected}, the gate said ${answered}`);
    this.expected = expected;
  }
}

export class CaseStage {
  readonly desk: Desk = new Desk();
  /** What the case has expected so far. */
  readonly expected: Set<Expectation> = new Set();
  readonly #door: Door;
  readonly #accounts = new Map<number, AccountManager>();

  constructor(door: Door) {
    this.#door = door;
  }

  get gate(): Gate {
    return this.desk.gate;
  }

  get facts(): FakeFacts {
    return this.desk.facts;
  }

  /** An order of ours that is at rest before the case begins. */
  rest(changes: Partial<OrderRequest> = {}): number {
    return this.desk.rest(changes);
  }

  /** An order of ours that is in flight before the case begins. */
  send(changes: Partial<OrderRequest> = {}): number {
    return this.desk.send(changes);
  }

  /** The gate must not let these pass together; `code`: why. */
  block(changes: Partial<OrderRequest> | readonly Partial<OrderRequest>[], code?: string): void {
    this.expected.add('block');
    const answered = this.#ask([changes].flat());
    const isWrong = this.#door !== 'refuse all' && answered !== (code ?? 'SELF_TRADE');
    if (answered === 'reserved' || isWrong) throw new CaseFailed('block', answered);
  }

  /** The gate must let it pass. */
  allow(changes: Partial<OrderRequest>): number {
    this.expected.add('allow');
    const asked = request(changes);
    const answered = this.#ask([asked]);
    if (answered !== 'reserved') throw new CaseFailed('allow', answered);
    return asked.orderId;
  }

  /** Whether it passes, without expecting anything. */
  passes(changes: Partial<OrderRequest>): boolean {
    return this.#ask([changes]) === 'reserved';
  }

  fail(expected: Expectation, found: string): never {
    throw new CaseFailed(expected, found);
  }

  wait(ms: number): void {
    this.desk.nowMs += ms;
    this.facts.referenceTime = this.desk.nowMs;
  }

  /** An order that has been sent, as its account knows it. */
  order(changes: Partial<OrderRequest> = {}): Order {
    const [passed] = reserved(this.desk.submit(changes));
    const order = openOrder(passed?.request ?? request(), this.desk.nowMs);
    const account = this.account(order.request.account);
    account.open(order);
    account.sent(order, this.desk.nowMs, this.desk.nowMs + 2000);
    return order;
  }

  account(index: number): AccountManager {
    const known = this.#accounts.get(index);
    if (known !== undefined) return known;
    const identity = { index, name: `a${index}`, address: `address ${index}`, family: 0 };
    const account = new AccountManager(identity, MARKETS, this.gate, {
      orderEnded: (_account, order) => this.gate.release(order.id),
      orderChanged: () => undefined,
      filled: () => undefined,
      foreignOrder: () => undefined,
    });
    this.#accounts.set(index, account);
    return account;
  }

  /** The venue reports the order. */
  tell(order: Order, status: OrderStatus, filledLots = 0, event: OrderEvent = 'make'): void {
    const { account, clientOrderId, market, side, priceTicks, lots, reduceOnly } = order.request;
    const row: OrderUpdateRow = {
      ...{ orderId: 7_000_000 + order.id, clientOrderId, account: `address ${account}`, market },
      ...{ side, priceTicks, lots, filledLots, event, status, reduceOnly, timeMs: 0, li: 1 },
    };
    this.account(account).onOrderUpdate(row);
  }

  /** The venue reports a fill of the order. */
  fill(order: Order, lots: number, historyId: number): void {
    const { account, clientOrderId, market, side, priceTicks } = order.request;
    const row: FillRow = {
      ...{ historyId, orderId: 7_000_000 + order.id, clientOrderId, account: `address ${account}` },
      ...{ market, ticks: priceTicks, lots, role: 'fulfill_maker', cause: 'normal' },
      ...{ side: side === 'bid' ? 'open_long' : 'open_short' },
      ...{ feeMicro: 0, pnlMicro: 0, timeMs: 0, li: 1 },
    };
    this.account(account).onFill(row);
  }

  /** An order at the venue that the desk did not send. */
  stranger(changes: Partial<OrderRequest>, resting: boolean): number {
    const found = request({ precedence: 'parent', ...changes });
    this.gate.adoptForeign(found, resting);
    return found.orderId;
  }

  #ask(changes: readonly Partial<OrderRequest>[]): string {
    if (this.#door === 'refuse all') return 'REFUSED';
    const requests = changes.map(request);
    const decision = this.gate.submit(requests, this.desk.nowMs);
    if (decision.kind === 'reserved') {
      for (const { request: asked } of decision.orders) {
        this.gate.sent(asked.orderId, this.desk.nowMs + 2000);
      }
      return 'reserved';
    }
    if (this.#door === 'gate') return answer(decision);
    if (decision.kind === 'deferred') this.gate.dropClaim(decision.claim);
    const isOrder = decision.kind === 'deferred' || decision.refusal.code === 'SELF_TRADE';
    // It is at the venue now, and counts from here on.
    if (isOrder) for (const each of requests) this.gate.adoptForeign(each, false);
    return 'reserved';
  }
}
