import { expect } from '@jest/globals';
import { NOT_RECONCILED } from '../../../src/gate/coverage.ts';
import { reserved } from '../desk.ts';
import { A, B, type Case, type CaseStage, P } from './stage.ts';

const TAKER = { ...B, tif: 'IOC' } as const;

/** The process has just started: nothing is known of the accounts yet. */
function restart(stage: CaseStage): void {
  for (const market of [0, 1]) stage.gate.closeMarket(market, NOT_RECONCILED);
}

function reconciled(stage: CaseStage): void {
  for (const market of [0, 1]) stage.gate.openMarket(market, NOT_RECONCILED);
}

export const RECOVERY_CASES: readonly Case[] = [
  {
    number: 53,
    title: 'crash after the reservation, before sending',
    expects: ['block', 'allow'],
    play: (stage) => {
      const [order] = reserved(stage.desk.submit(A));
      const orderId = order?.request.orderId ?? 0;
      stage.block(TAKER);
      // Its time to be signed has passed: it never left.
      expect(order?.sendByMs).toBe(stage.desk.nowMs + 500);
      stage.gate.release(orderId);
      stage.allow(TAKER);
    },
  },
  {
    number: 54,
    title: 'crash after sending, before the answer is in the log',
    expects: ['block', 'allow'],
    play: (stage) => {
      restart(stage);
      stage.block(TAKER, 'MARKET_CLOSED');
      const intent = stage.stranger(A, false);
      reconciled(stage);
      stage.block(TAKER);
      stage.block({ ...B, tif: 'ALO' });
      stage.gate.release(intent);
      stage.allow(TAKER);
    },
  },
  {
    number: 55,
    title: 'restart while the private stream of one sibling is down',
    expects: ['block', 'allow'],
    play: (stage) => {
      restart(stage);
      stage.gate.thawAccount(2);
      stage.gate.freezeAccount(3);
      stage.block({ ...B, tif: 'ALO' }, 'MARKET_CLOSED');
      reconciled(stage);
      stage.block({ account: 3, tif: 'ALO' }, 'ACCOUNT_STALE');
      stage.allow({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 56,
    title: 'a snapshot that is older than the stream neither revives an order nor ends one',
    expects: ['block', 'allow'],
    play: (stage) => {
      const ended = stage.order(A);
      stage.tell(ended, 'cancelled', 0, 'cancel');
      stage.tell(ended, 'open');
      expect(stage.gate.entry(ended.id)).toBeUndefined();
      stage.allow({ ...TAKER, priceTicks: P });
      const newer = stage.order({ ...A, priceTicks: P - 1, strategy: 0 });
      // The snapshot does not show it, which is no evidence of anything.
      expect(stage.gate.entry(newer.id)?.state).toBe('SENT');
      stage.block({ ...TAKER, priceTicks: P - 1 });
    },
  },
  {
    number: 57,
    title: 'a snapshot that was cut short is not read as an absence',
    expects: ['block'],
    play: (stage) => {
      const order = stage.order(A);
      stage.account(1).lost(order, 'no answer');
      stage.block(TAKER);
    },
  },
  {
    number: 58,
    title: 'a second process: it does not start, and what it sent all the same is foreign',
    expects: ['block'],
    play: (stage) => {
      const theirs = stage.stranger(A, false);
      expect(stage.gate.entry(theirs)?.state).toBe('FOREIGN');
      stage.block(TAKER);
    },
  },
  {
    number: 59,
    title: 'the holder of the lock is paused and resumes: its reservations are too old to sign',
    expects: ['block'],
    play: (stage) => {
      const [order] = reserved(stage.desk.submit(A));
      stage.wait(10_000);
      expect(order?.sendByMs).toBeLessThan(stage.desk.nowMs);
      // What it may have signed before counts for whoever took over.
      stage.block(TAKER);
    },
  },
  {
    number: 60,
    title: 'a torn tail of the log: what it may have held is in flight',
    expects: ['block'],
    play: (stage) => {
      restart(stage);
      stage.stranger(A, false);
      stage.block(TAKER, 'MARKET_CLOSED');
      reconciled(stage);
      stage.block({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 61,
    title: 'an account is removed while its orders live',
    expects: ['block', 'allow'],
    play: (stage) => {
      const bid = stage.rest(A);
      stage.gate.removeAccount(1);
      stage.block({ ...A, tif: 'ALO' }, 'ACCOUNT_REMOVED');
      stage.block(TAKER);
      stage.gate.release(bid);
      stage.allow(TAKER);
    },
  },
  {
    number: 62,
    title: 'an account is added with live orders',
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.gate.addAccount(3, false);
      stage.block(TAKER, 'MARKET_CLOSED');
      stage.stranger({ account: 3 }, true);
      stage.gate.accountKnown(3);
      stage.block(TAKER);
      stage.allow({ ...TAKER, priceTicks: P + 1 });
    },
  },
];
