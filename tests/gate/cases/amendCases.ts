import { expect } from '@jest/globals';
import type { OrderRequest } from '../../../src/gate/orderRequest.ts';
import { A, B, type Case, P } from './stage.ts';

const QUOTE = { ...A, tif: 'ALO', priceTicks: P - 10 } as const;
const TAKER = { ...B, tif: 'IOC' } as const;

function edit(of: number, changes: Partial<OrderRequest>, name = of): Partial<OrderRequest> {
  return { ...A, tif: 'ALO', clientOrderId: `client-${name}`, replaces: of, ...changes };
}

export const AMEND_CASES: readonly Case[] = [
  {
    number: 46,
    title: 'edit of the price toward a sibling: conflict on the union',
    expects: ['block', 'allow'],
    play: (stage) => {
      const bid = stage.rest(QUOTE);
      stage.rest({ ...B, tif: 'ALO' });
      stage.block(edit(bid, { priceTicks: P }));
      stage.allow(edit(bid, { priceTicks: P - 1 }));
    },
  },
  {
    number: 47,
    title: 'edit of the size upward: both sizes count',
    expects: ['allow', 'block'],
    play: (stage) => {
      stage.facts.positions.set('1/0', -550);
      const bid = stage.rest({ ...QUOTE, lots: 100 });
      const larger = stage.allow(edit(bid, { priceTicks: P - 10, lots: 400 }));
      expect(stage.gate.entry(larger)?.remainingLots).toBe(400);
      // 500 of the 550 are spoken for: what goes beyond is an opening, and bounded as one.
      stage.facts.equities.set(1, 10);
      stage.allow({ ...A, tif: 'ALO', lots: 50 });
      stage.block({ ...A, tif: 'ALO', lots: 51 }, 'ORDER_SIZE');
    },
  },
  {
    number: 48,
    title: 'edit away from the sibling is rejected, the old order stays',
    expects: ['allow', 'block'],
    play: (stage) => {
      const bid = stage.rest({ ...QUOTE, priceTicks: P });
      const moved = stage.allow(edit(bid, { priceTicks: P - 10 }));
      stage.gate.release(moved);
      stage.block(TAKER);
    },
  },
  {
    number: 49,
    title: 'an edit races with a fill of the old order',
    expects: ['allow', 'block'],
    play: (stage) => {
      const bid = stage.rest(QUOTE);
      const moved = stage.allow(edit(bid, { priceTicks: P }));
      stage.desk.fill(bid);
      stage.block(TAKER);
      // There was nothing left to edit: the venue says so.
      stage.gate.release(moved);
      stage.allow(TAKER);
    },
  },
  {
    number: 50,
    title: 'edit and cancel cross on the wire: each version counts until its own end',
    expects: ['allow', 'block'],
    play: (stage) => {
      const bid = stage.rest(QUOTE);
      const moved = stage.allow(edit(bid, { priceTicks: P }));
      stage.gate.release(bid);
      stage.block(TAKER);
      stage.gate.live(moved);
      stage.block(TAKER);
      stage.gate.release(moved);
      stage.allow(TAKER);
    },
  },
  {
    number: 51,
    title: 'an edited ALO that takes after all',
    expects: ['allow', 'block'],
    play: (stage) => {
      const bid = stage.rest(QUOTE);
      const moved = stage.allow(edit(bid, { priceTicks: P }));
      stage.block({ ...B, tif: 'ALO' });
      stage.gate.live(moved);
      stage.allow({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 52,
    title: 'two edits in a row: three versions count',
    expects: ['allow', 'block'],
    play: (stage) => {
      const bid = stage.rest({ ...QUOTE, priceTicks: P - 20 });
      const first = stage.allow(edit(bid, { priceTicks: P }));
      stage.allow(edit(first, { priceTicks: P - 30 }, bid));
      for (const priceTicks of [P, P - 20, P - 30]) stage.block({ ...TAKER, priceTicks });
      stage.gate.release(first);
      stage.gate.release(bid);
      stage.allow({ ...TAKER, priceTicks: P - 20 });
    },
  },
];
