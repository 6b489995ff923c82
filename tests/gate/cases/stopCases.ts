import { expect } from '@jest/globals';
import type { AttachedStop, OrderRequest } from '../../../src/gate/orderRequest.ts';
import { A, type Case, type CaseStage, P } from './stage.ts';

const STOP = {
  ...A,
  side: 'ask',
  kind: 'stop-market',
  tif: 'IOC',
  priceTicks: P - 1200,
  triggerTicks: P - 1000,
  lots: 100,
  reduceOnly: true,
} as const;
const STOP_LIMIT = { ...STOP, kind: 'stop-limit', tif: 'GTC' } as const;
const BID = { account: 2, tif: 'ALO' } as const;
const ATTACHED: AttachedStop = {
  orderId: 800_000_000,
  clientOrderId: 'attached',
  kind: 'stop-market',
  priceTicks: P - 1200,
  triggerTicks: P - 1000,
  lots: 100,
};

function long(stage: CaseStage): void {
  stage.facts.positions.set('1/0', 100);
}

export const STOP_CASES: readonly Case[] = [
  {
    number: 21,
    title: 'dormant stop-market sell in A, B bids near its trigger or anywhere',
    expects: ['block', 'allow'],
    play: (stage) => {
      long(stage);
      stage.rest(STOP);
      for (const priceTicks of [P - 999, P - 1000, P - 4000, P + 500]) {
        stage.block({ ...BID, priceTicks });
      }
      stage.allow({ ...BID, side: 'ask' });
    },
  },
  {
    number: 22,
    title: "a stop triggers while B's ALO is in flight: whichever was first keeps the other out",
    expects: ['block'],
    play: (stage) => {
      long(stage);
      stage.send({ ...BID, priceTicks: P - 1100 });
      stage.block(STOP);
    },
  },
  {
    number: 23,
    title: 'stop-limit that triggers inside own quotes',
    expects: ['block', 'allow'],
    play: (stage) => {
      long(stage);
      const stop = stage.rest(STOP_LIMIT);
      stage.block({ ...BID, priceTicks: P - 1100 });
      stage.allow({ ...BID, priceTicks: P - 1201 });
      stage.gate.triggered(stop, stage.desk.nowMs);
      stage.block({ ...BID, priceTicks: P - 1100 });
    },
  },
  {
    number: 24,
    title: 'take profit and stop loss of one position may both trigger in a gap',
    expects: ['block'],
    play: (stage) => {
      long(stage);
      const loss = stage.rest(STOP);
      const profit = stage.rest({ ...STOP_LIMIT, priceTicks: P + 900, triggerTicks: P + 900 });
      stage.gate.triggered(loss, stage.desk.nowMs);
      stage.gate.triggered(profit, stage.desk.nowMs);
      stage.gate.release(loss);
      stage.block({ ...BID, priceTicks: P + 900 });
    },
  },
  {
    number: 25,
    title: 'children of a bracket are created by a fill that our stream has not shown',
    expects: ['block', 'allow'],
    play: (stage) => {
      const parent = stage.allow({ ...A, attached: [ATTACHED] });
      stage.block({ ...BID, priceTicks: P - 3000 });
      stage.desk.fill(parent);
      stage.block({ ...BID, priceTicks: P - 3000 });
      stage.gate.release(ATTACHED.orderId);
      stage.allow({ ...BID, priceTicks: P - 3000 });
    },
  },
  {
    number: 26,
    title:
      'slices that the venue places later: the desk refuses the type, a strange one counts whole',
    expects: ['block', 'allow'],
    play: (stage) => {
      for (const kind of ['twap', 'swarm', 'auto_chase'] as const) {
        stage.block({ ...A, kind: kind as string as OrderRequest['kind'] }, 'RUN_BY_VENUE');
      }
      const twap = stage.stranger({ ...A, kind: 'market', tif: 'IOC' }, false);
      stage.block({ ...BID, side: 'ask', priceTicks: P + 4000 });
      stage.gate.release(twap);
      stage.allow({ ...BID, side: 'ask', priceTicks: P + 4000 });
    },
  },
  {
    number: 27,
    title:
      'a trailing stop moves its trigger: the desk refuses the type, a strange one counts whole',
    expects: ['block'],
    play: (stage) => {
      const kind = 'trailing_stop' as string as OrderRequest['kind'];
      stage.block({ ...STOP, kind }, 'RUN_BY_VENUE');
      const strange = stage.stranger(STOP, true);
      stage.gate.live(strange);
      expect(stage.gate.entry(strange)?.state).toBe('FOREIGN');
      stage.block({ ...BID, priceTicks: P - 4000 });
    },
  },
];
