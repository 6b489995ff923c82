import { expect } from '@jest/globals';
import { refused } from '../desk.ts';
import { A, B, type Case, P } from './stage.ts';

export const BASIC_CASES: readonly Case[] = [
  {
    number: 1,
    title: 'A rests bid 100, B sends GTC ask 100',
    expects: ['block'],
    play: (stage) => {
      stage.rest(A);
      stage.block(B);
    },
  },
  {
    number: 2,
    title: 'the same at ask 101',
    expects: ['allow'],
    play: (stage) => {
      stage.rest(A);
      stage.allow({ ...B, priceTicks: P + 1 });
    },
  },
  {
    number: 3,
    title: 'the same at ask 99',
    expects: ['block'],
    play: (stage) => {
      stage.rest(A);
      stage.block({ ...B, priceTicks: P - 1 });
    },
  },
  {
    number: 4,
    title: 'both sides of one account',
    expects: ['block'],
    play: (stage) => {
      stage.rest(A);
      stage.block({ ...A, side: 'ask' });
    },
  },
  {
    number: 5,
    title: 'different symbols',
    expects: ['allow'],
    play: (stage) => {
      stage.rest({ ...A, market: 0 });
      stage.allow({ ...B, market: 1 });
    },
  },
  {
    number: 6,
    title: 'the same side',
    expects: ['allow'],
    play: (stage) => {
      stage.rest(A);
      stage.allow({ account: 2 });
    },
  },
  {
    number: 7,
    title: 'three accounts, only C conflicts: C alone is listed',
    expects: ['block'],
    play: (stage) => {
      stage.rest({ ...A, priceTicks: P - 10 });
      const c = stage.rest({ account: 3 });
      stage.block(B);
      const { opponents } = refused(stage.desk.submit(B));
      expect(opponents.map(({ orderId }) => orderId)).toEqual([c]);
    },
  },
  {
    number: 8,
    title: 'equal price, nothing remains, the end is not confirmed',
    expects: ['block'],
    play: (stage) => {
      const bid = stage.rest(A);
      stage.gate.remaining(bid, 0);
      stage.block(B);
    },
  },
];
