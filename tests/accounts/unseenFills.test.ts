// Between the report of a fill and the fill itself the position lags behind.
import { expect, test } from '@jest/globals';
import { AccountManager } from '../../src/accounts/accountManager.ts';
import { type Order, openOrder } from '../../src/accounts/order.ts';
import type { FillRow, OrderUpdateRow } from '../../src/protocol/frames/frame.ts';
import type { OrderStatus } from '../../src/protocol/terms.ts';
import { Desk, MARKETS, NOW_MS, request, reserved } from '../gate/desk.ts';

const SALE = { account: 1, side: 'ask', lots: 100, priceTicks: 100_000, strategy: 0 } as const;

/** A gate whose facts are an account's own. */
class Scene {
  readonly desk: Desk = new Desk();
  readonly account: AccountManager;

  constructor() {
    const { facts, gate } = this.desk;
    const identity = { index: 1, name: 'a1', address: 'address', family: 0 };
    this.account = new AccountManager(identity, MARKETS, gate, {
      orderEnded: (_account, order) => gate.release(order.id),
      orderChanged: () => undefined,
      filled: () => undefined,
      foreignOrder: () => undefined,
    });
    facts.positionLots = (_account, market) => this.account.position(market).lots;
    facts.unseenLots = (_account, market, side) => this.account.unseenLots(market, side);
    this.account.setPosition(0, { lots: 100, costMicro: 0 });
  }

  /** A sale that the gate lets pass and the venue shows at rest. */
  sell(): Order {
    const [passed] = reserved(this.desk.submit(SALE));
    const order = openOrder(passed?.request ?? request(SALE), NOW_MS);
    this.account.open(order);
    this.account.sent(order, NOW_MS, NOW_MS + 2000);
    this.tell(order, 'open', 0);
    return order;
  }

  tell(order: Order, status: OrderStatus, filledLots: number, li = 1): void {
    this.account.onOrderUpdate({
      ...{ orderId: 9, clientOrderId: order.request.clientOrderId, account: 'address', market: 0 },
      ...{ side: 'ask', priceTicks: 100_000, lots: 100, filledLots, event: 'fulfill_limit' },
      ...{ status, reduceOnly: false, timeMs: 0, li },
    } as OrderUpdateRow);
  }

  fill(order: Order, lots: number, historyId: number): void {
    this.account.onFill({
      ...{ historyId, orderId: 9, clientOrderId: order.request.clientOrderId, account: 'address' },
      ...{
        market: 0,
        ticks: 100_000,
        lots,
        role: 'fulfill_maker',
        side: 'close_long',
        cause: 'normal',
      },
      ...{ feeMicro: 0, pnlMicro: 0, timeMs: 0, li: 0 },
    } as FillRow);
  }

  /** Whether one more sale like the first would be an opening. */
  opens(): boolean {
    const [order] = reserved(this.desk.submit(SALE));
    this.desk.gate.release(order?.request.orderId ?? 0);
    return order?.opening ?? false;
  }
}

test('ACC-15 GATE-50 a sale that was reported as filled leaves nothing to close, before its fill and after', () => {
  const scene = new Scene();
  expect(scene.opens()).toBe(false);
  const order = scene.sell();
  expect(scene.opens()).toBe(true);
  scene.tell(order, 'filled', 100);
  expect(scene.account.position(0).lots).toBe(100);
  expect(scene.account.unseenLots(0, 'ask')).toBe(100);
  expect(scene.account.unseenLots(0, 'bid')).toBe(0);
  expect(scene.opens()).toBe(true);
  scene.fill(order, 60, 1);
  expect(scene.account.unseenLots(0, 'ask')).toBe(40);
  expect(scene.opens()).toBe(true);
  scene.fill(order, 40, 2);
  scene.fill(order, 40, 2);
  expect([scene.account.unseenLots(0, 'ask'), scene.account.position(0).lots]).toEqual([0, 0]);
  expect(scene.opens()).toBe(true);
});

test('ACC-15 a fill that comes before its report is seen', () => {
  const scene = new Scene();
  const order = scene.sell();
  scene.fill(order, 30, 1);
  expect(scene.account.unseenLots(0, 'ask')).toBe(0);
  scene.tell(order, 'partially_filled', 30);
  expect(scene.account.unseenLots(0, 'ask')).toBe(0);
  scene.tell(order, 'partially_filled', 50);
  scene.tell(order, 'partially_filled', 40);
  expect(scene.account.unseenLots(0, 'ask')).toBe(20);
});

test('ACC-15 a position that is taken over settles what was reported before it, and no more', () => {
  const scene = new Scene();
  const order = scene.sell();
  scene.tell(order, 'partially_filled', 30, 10);
  scene.account.setPosition(0, { lots: 70, costMicro: 0 });
  scene.account.positionsAsOf(9);
  expect(scene.account.unseenLots(0, 'ask')).toBe(30);
  scene.account.positionsAsOf(10);
  expect(scene.account.unseenLots(0, 'ask')).toBe(0);
  scene.tell(order, 'partially_filled', 50, 12);
  expect(scene.account.unseenLots(0, 'ask')).toBe(20);
  // The fill of what was settled comes late and changes nothing.
  scene.fill(order, 30, 1);
  expect(scene.account.unseenLots(0, 'ask')).toBe(20);
  scene.fill(order, 20, 2);
  expect(scene.account.unseenLots(0, 'ask')).toBe(0);
});
