import { expect } from '@jest/globals';
import { A, B, type Case, P } from './stage.ts';

const TAKER = { ...B, tif: 'IOC' } as const;

export const RACE_CASES: readonly Case[] = [
  {
    number: 28,
    title: 'A and B send crossing GTC orders in the same tick',
    expects: ['allow', 'block'],
    play: (stage) => {
      stage.allow(A);
      stage.block(B);
    },
  },
  {
    number: 29,
    title: 'a taker of A waits at the venue, its rest may come to rest while B checks',
    expects: ['block'],
    play: (stage) => {
      const bid = stage.send(A);
      stage.gate.remaining(bid, 40);
      stage.block(TAKER);
    },
  },
  {
    number: 30,
    title: "A's cancel is sent, B takes before it is confirmed",
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'open');
      stage.account(1).cancelAsked(order);
      stage.block(TAKER);
      stage.tell(order, 'cancelled', 0, 'cancel');
      stage.allow(TAKER);
    },
  },
  {
    number: 31,
    title: 'cancel A and create B in one batch: not offered, whichever way its first leg fails',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'open');
      stage.account(1).cancelAsked(order);
      stage.block(TAKER);
      // Not found: it may never have been there, or be on its way.
      stage.account(1).cancelFailed(order);
      stage.block(TAKER);
      // Filled already.
      stage.tell(order, 'filled', 100, 'fulfill_limit');
      stage.allow(TAKER);
    },
  },
  {
    number: 32,
    title: 'a fill arrives after the cancel was acknowledged',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'open');
      stage.account(1).cancelAsked(order);
      stage.fill(order, 30, 1);
      expect(stage.gate.entry(order.id)?.remainingLots).toBe(70);
      stage.block(TAKER);
      stage.tell(order, 'cancelled', 50, 'cancel');
      stage.allow({ ...TAKER, priceTicks: P - 1 });
      stage.fill(order, 20, 2);
      expect(stage.gate.entry(order.id)).toBeUndefined();
      expect(stage.account(1).position(0).lots).toBe(50);
    },
  },
  {
    number: 33,
    title: 'a cancel is refused as "unknown order" although the order lives',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'open');
      stage.account(1).cancelAsked(order);
      stage.account(1).cancelFailed(order);
      expect(order.state).toBe('LIVE');
      stage.block(TAKER);
    },
  },
  {
    number: 34,
    title: 'a partial fill shrinks what remains, on evidence only',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'partially_filled', 60, 'fulfill_limit');
      stage.tell(order, 'partially_filled', 40, 'fulfill_limit');
      expect(stage.gate.entry(order.id)?.remainingLots).toBe(40);
      stage.block(TAKER);
    },
  },
  {
    number: 35,
    title: 'fill and acknowledgement out of order',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.fill(order, 100, 1);
      stage.block(TAKER);
      stage.account(1).admitted(order, 9);
      stage.tell(order, 'open');
      stage.block(TAKER);
      stage.tell(order, 'filled', 100, 'fulfill_limit');
      stage.allow(TAKER);
    },
  },
  {
    number: 36,
    title: 'duplicated events',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      for (let i = 0; i < 3; i += 1) stage.fill(order, 30, 1);
      for (let i = 0; i < 3; i += 1) stage.tell(order, 'open', 30);
      expect(stage.gate.entry(order.id)?.remainingLots).toBe(70);
      stage.block(TAKER);
      for (let i = 0; i < 3; i += 1) stage.tell(order, 'cancelled', 30, 'cancel');
      stage.allow(TAKER);
      stage.tell(order, 'open', 30);
      stage.allow(TAKER);
    },
  },
  {
    number: 37,
    title: 'the acknowledgement is lost, the order lives',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.account(1).lost(order, 'no answer');
      expect(order.state).toBe('UNKNOWN');
      stage.wait(3_600_000);
      stage.block(TAKER);
      stage.block({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 38,
    title: 'the request is lost and never admitted: released after proof',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.account(1).lost(order, 'no answer');
      stage.block(TAKER);
      stage.account(1).end(order, 'not-admitted', 'absent after its last moment');
      stage.allow(TAKER);
    },
  },
  {
    number: 39,
    title: 'HTTP 200, and then the venue rejects',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.account(1).admitted(order, 9);
      stage.block(TAKER);
      stage.tell(order, 'rejected', 0, 'post_only_rejected');
      stage.allow(TAKER);
    },
  },
  {
    number: 40,
    title: 'HTTP 500, yet admitted',
    expects: ['block', 'allow'],
    play: (stage) => {
      const order = stage.order(A);
      stage.account(1).lost(order, 'Internal server error');
      stage.block({ ...B, tif: 'ALO' });
      stage.tell(order, 'open');
      stage.block(TAKER);
      stage.allow({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 41,
    title: 'a second attempt while the first is unknown: both count, under names of their own',
    expects: ['allow', 'block'],
    play: (stage) => {
      const first = stage.order({ ...A, strategy: 0 });
      stage.account(1).lost(first, 'no answer');
      const second = stage.allow({ ...A, strategy: 0, priceTicks: P - 5 });
      stage.account(1).end(first, 'not-admitted', 'absent');
      stage.allow({ ...TAKER, priceTicks: P - 4 });
      stage.block({ ...TAKER, priceTicks: P - 5 });
      const again = { ...A, strategy: 0, priceTicks: P - 5, orderId: second };
      expect(() => stage.desk.submit(again)).toThrow('in the book already');
    },
  },
  {
    number: 42,
    title: 'the cancel is turned away with 429',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.tell(order, 'open');
      stage.account(1).cancelAsked(order);
      stage.account(1).cancelFailed(order);
      expect(order.cancelAsked).toBe(false);
      stage.block(TAKER);
    },
  },
  {
    number: 43,
    title: 'the request arrives in the last ms of its window, and after it only evidence counts',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.wait(order.validUntilMs - stage.desk.nowMs);
      stage.block(TAKER);
      stage.wait(1);
      stage.block(TAKER);
    },
  },
  {
    number: 44,
    title: 'the local clock jumps back 30 s with a request in flight',
    expects: ['block'],
    play: (stage) => {
      stage.send(A);
      stage.wait(-30_000);
      stage.block(TAKER);
      stage.wait(60_000);
      stage.block(TAKER);
    },
  },
  {
    number: 45,
    title: 'the clock of the venue is 5 s before or behind',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      for (const skewMs of [-5000, 5000]) {
        stage.wait(order.validUntilMs + skewMs - stage.desk.nowMs);
        stage.block(TAKER);
      }
    },
  },
];
