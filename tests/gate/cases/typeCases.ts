import { expect } from '@jest/globals';
import type { OrderRequest } from '../../../src/gate/orderRequest.ts';
import { A, B, type Case, MARKET, P } from './stage.ts';

export const TYPE_CASES: readonly Case[] = [
  {
    number: 9,
    title: 'ALO against an own live ALO that it crosses: never trades',
    expects: ['allow'],
    play: (stage) => {
      stage.rest({ ...A, tif: 'ALO' });
      stage.allow({ ...B, tif: 'ALO', priceTicks: P - 5 });
    },
  },
  {
    number: 10,
    title: 'ALO ask while a sibling IOC buy waits at the venue',
    expects: ['block'],
    play: (stage) => {
      stage.send({ ...A, tif: 'IOC' });
      stage.block({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 11,
    title: 'ALO while a sibling GTC buy waits at the venue',
    expects: ['block'],
    play: (stage) => {
      stage.send({ ...A, tif: 'GTC' });
      stage.block({ ...B, tif: 'ALO' });
    },
  },
  {
    number: 12,
    title: 'TOB crossing an own resting order: it is repriced away from it',
    expects: ['allow', 'block'],
    play: (stage) => {
      stage.rest({ ...A, tif: 'ALO' });
      stage.allow({ ...B, tif: 'TOB', priceTicks: P - 5 });
      // Wherever it is repriced to, it reaches no further than its limit.
      stage.allow({ account: 3, tif: 'IOC', priceTicks: P - 6, strategy: 0 });
      stage.block({ account: 3, tif: 'IOC', priceTicks: P - 5, strategy: 0 });
    },
  },
  {
    number: 13,
    title: 'IOC against a live sibling: blocked, or clamped',
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.rest({ ...A, tif: 'ALO' });
      stage.block({ ...B, tif: 'IOC' });
      stage.allow({ ...B, tif: 'IOC', onConflict: 'CLAMP' });
    },
  },
  {
    number: 14,
    title: 'IOC against an IOC in flight',
    expects: ['allow'],
    play: (stage) => {
      stage.send({ ...A, tif: 'IOC' });
      stage.allow({ ...B, tif: 'IOC' });
    },
  },
  {
    number: 15,
    title: 'market buy with any sibling sell at rest; clamped to an IOC limit on offer',
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.rest({ ...B, tif: 'ALO', priceTicks: P + 4000 });
      stage.block({ ...A, ...MARKET, priceTicks: P + 10 });
      const clamped = stage.allow({ ...A, ...MARKET, priceTicks: P + 10, onConflict: 'CLAMP' });
      expect(stage.gate.entry(clamped)).toMatchObject({ kind: 'limit', tif: 'IOC' });
    },
  },
  {
    number: 16,
    title: 'market with a slippage cap just short of a sibling',
    expects: ['block'],
    play: (stage) => {
      stage.rest({ ...B, tif: 'ALO', priceTicks: P + 10 });
      stage.block({ ...A, ...MARKET, priceTicks: P + 9 });
    },
  },
  {
    number: 17,
    title: 'all or nothing by IOC and a least size: it may fill all the same',
    expects: ['block'],
    play: (stage) => {
      stage.rest({ ...A, tif: 'ALO' });
      stage.block({ ...B, tif: 'IOC', lots: 9000 });
    },
  },
  {
    number: 18,
    title: 'a reduce-only sibling still trades',
    expects: ['block'],
    play: (stage) => {
      stage.facts.positions.set('1/0', -100);
      stage.rest({ ...A, reduceOnly: true });
      stage.block(B);
    },
  },
  {
    number: 19,
    title: 'reduce-only that the venue will shrink or cancel counts at full size',
    expects: ['block'],
    play: (stage) => {
      stage.facts.positions.set('1/0', -100);
      const bid = stage.rest({ ...A, reduceOnly: true });
      stage.facts.positions.set('1/0', -40);
      expect(stage.gate.entry(bid)?.remainingLots).toBe(100);
      stage.block(B);
    },
  },
  {
    number: 20,
    title: 'iceberg, hidden and undisplayed: the exchange has none, the desk refuses the type',
    expects: ['block'],
    play: (stage) => {
      for (const kind of ['iceberg', 'hidden', 'rfq'] as const) {
        stage.block({ ...A, kind: kind as string as OrderRequest['kind'] }, 'UNSUPPORTED');
      }
      stage.block({ ...A, tif: 'RFQ' as string as OrderRequest['tif'] }, 'UNSUPPORTED');
    },
  },
];
