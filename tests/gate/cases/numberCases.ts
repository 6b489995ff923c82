import { expect } from '@jest/globals';
import { exposureOf, inConflict } from '../../../src/gate/conflict.ts';
import type { OrderRequest } from '../../../src/gate/orderRequest.ts';
import { between, SeededRandom } from '../../../src/std/random.ts';
import { request } from '../desk.ts';
import { A, B, type Case, P } from './stage.ts';

const TOP = 2 ** 31 - 2;

export const NUMBER_CASES: readonly Case[] = [
  {
    number: 69,
    title: 'prices at both ends of the range',
    expects: ['allow', 'block'],
    play: (stage) => {
      for (const account of [1, 2]) stage.facts.equities.set(account, 10 ** 15);
      stage.facts.reference = TOP;
      stage.allow({ ...A, priceTicks: TOP, tif: 'ALO' });
      stage.block({ ...B, priceTicks: TOP, tif: 'IOC', lots: 100 });
      stage.block({ ...A, priceTicks: TOP + 1 }, 'TICK');
      stage.facts.reference = 1;
      stage.allow({ ...B, market: 1, priceTicks: 1, tif: 'ALO', lots: 10 ** 6 });
      stage.block({ ...A, market: 1, priceTicks: 1, tif: 'IOC', lots: 10 ** 6 });
    },
  },
  {
    number: 70,
    title: 'prices that are equal only after rounding: only whole ticks are compared',
    expects: ['block', 'allow'],
    play: (stage) => {
      stage.rest(A);
      stage.block({ ...B, priceTicks: P + 0.4 }, 'TICK');
      stage.block(B);
      stage.allow({ ...B, priceTicks: P + 1 });
    },
  },
  {
    number: 71,
    title: '10,000 orders of 200 accounts: the right ones are found (their time: npm run bench)',
    expects: ['block', 'allow'],
    play: (stage) => {
      for (let i = 0; i < 5000; i += 1) {
        const account = i % 200;
        stage.rest({ account, tif: 'ALO', priceTicks: P - 1 - (i % 500) });
        stage.rest({ account, tif: 'ALO', side: 'ask', priceTicks: P + 1 + (i % 500) });
      }
      expect(stage.gate.counters().liveEntries).toBe(10_000);
      stage.allow({ ...B, tif: 'IOC', priceTicks: P });
      stage.block({ ...B, tif: 'IOC', priceTicks: P - 1 });
      stage.block({ ...A, tif: 'IOC', priceTicks: P + 1, strategy: 0 });
    },
  },
  {
    number: 72,
    title: 'random histories: no two own orders in conflict, ever (more of them: gateProperties)',
    expects: ['block', 'allow'],
    play: (stage) => {
      const random = new SeededRandom(72);
      const one = <T>(list: readonly T[]): T => list[between(random, 0, list.length - 1)] as T;
      const alive = new Map<number, OrderRequest>();
      let passed = 0;
      for (let i = 0; i < 400; i += 1) {
        const asked = request({
          ...{ account: between(random, 1, 5), side: one(['bid', 'ask'] as const) },
          ...{ tif: one(['GTC', 'IOC', 'ALO', 'TOB'] as const), strategy: 0 },
          ...{ priceTicks: between(random, P - 5, P + 5), precedence: 'hedge' },
        });
        if (stage.passes(asked)) {
          passed += 1;
          const met = [...alive.values()].find((other) =>
            inConflict(exposureOf(other), exposureOf(asked)),
          );
          if (met !== undefined) stage.fail('block', 'reserved');
          alive.set(asked.orderId, asked);
        }
        if (alive.size < 8) continue;
        const ended = one([...alive.keys()]);
        alive.delete(ended);
        stage.gate.release(ended);
      }
      stage.expected.add('block').add('allow');
      if (passed < 40) stage.fail('allow', `yes to ${passed} of 400`);
    },
  },
];
