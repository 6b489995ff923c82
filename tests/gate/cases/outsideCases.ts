import { expect } from '@jest/globals';
import { A, B, type Case, P } from './stage.ts';

const TAKER = { ...B, tif: 'IOC' } as const;

export const OUTSIDE_CASES: readonly Case[] = [
  {
    number: 63,
    title: "the operator trades in the venue's own screen",
    expects: ['block', 'allow'],
    play: (stage) => {
      const quote = stage.rest({ ...B, tif: 'ALO' });
      const found = stage.stranger({ ...A, priceTicks: P - 5 }, true);
      expect(stage.gate.entry(quote)?.state).toBe('LIVE');
      stage.block({ ...TAKER, priceTicks: P - 5 });
      stage.gate.release(found);
      stage.allow({ ...TAKER, priceTicks: P - 5 });
    },
  },
  {
    number: 64,
    title: 'an agent key is used elsewhere: what it sends may still arrive',
    expects: ['block'],
    play: (stage) => {
      stage.stranger(A, false);
      stage.block({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 65,
    title: "liquidation of A into B's quotes",
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.facts.positions.set('1/0', 100);
      const bid = stage.rest({ account: 2, tif: 'ALO', priceTicks: P - 50 });
      const inTheWay = stage.gate.guardLiquidation(1);
      expect(inTheWay.map(({ orderId }) => orderId)).toEqual([bid]);
      stage.block({ account: 2, tif: 'ALO', priceTicks: P - 3000 }, 'LIQUIDATION');
      stage.allow({ account: 2, tif: 'ALO', side: 'ask' });
    },
  },
  {
    number: 66,
    title: 'ADL and settlement close a position without an order: there is nothing left to reduce',
    expects: ['allow', 'block'],
    play: (stage) => {
      stage.facts.positions.set('1/0', 100);
      const sale = { ...A, side: 'ask', tif: 'IOC', reduceOnly: true, lots: 100 } as const;
      stage.desk.fill(stage.allow({ ...sale, strategy: 0 }));
      stage.facts.positions.set('1/0', 0);
      stage.block(sale, 'REDUCE_ONLY');
    },
  },
  {
    number: 67,
    title: 'the venue halts, queues and replays when it opens again',
    expects: ['block'],
    play: (stage) => {
      const bid = stage.send(A);
      stage.wait(6 * 3_600_000);
      stage.block({ ...B, tif: 'ALO' });
      stage.gate.live(bid);
      stage.block(TAKER);
    },
  },
  {
    number: 68,
    title: 'a symbol is renamed, delisted or gets another tick size with live orders',
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.rest(A);
      stage.gate.closeMarket(0, 'its tick size has changed');
      stage.block({ ...TAKER, priceTicks: P + 5 }, 'MARKET_CLOSED');
      stage.allow({ ...TAKER, market: 1 });
      stage.gate.openMarket(0, 'its tick size has changed');
      stage.block(TAKER);
    },
  },
];
