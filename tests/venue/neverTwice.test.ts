// Sockets cut at any moment, answers lost, late, doubled or without an id: one submission, one outcome.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createNodeHost } from '../../src/host/nodeHost.ts';
import { World } from '../../src/simulation/world.ts';
import { makeVenue, quietly, signed } from './support/desk.ts';
import { answer, FakeExchange, json, type Trade } from './support/fakeExchange.ts';

type Fate = 'ok' | 'error' | 'no id' | 'silence' | 'late' | 'twice' | 'junk' | 'cut' | 'cut later';

const FATES: readonly Fate[] = [
  'ok',
  'error',
  'no id',
  'silence',
  'late',
  'twice',
  'junk',
  'cut',
  'cut later',
];

const step = fc.record({
  gapMs: fc.integer({ min: 0, max: 900 }),
  what: fc.constantFrom('send', 'send', 'send', 'cut', 'refuse', 'accept'),
  overRest: fc.boolean(),
  fate: fc.constantFrom(...FATES),
});

interface Story {
  /** By the number in its body: how often the exchange saw it. */
  readonly seen: Map<number, number>;
  readonly fates: Map<number, Fate>;
}

function numberOf(body: unknown): number {
  return (body as { n: number }).n;
}

function see({ seen, fates }: Story, n: number): Fate {
  seen.set(n, (seen.get(n) ?? 0) + 1);
  return fates.get(n) as Fate;
}

/** Answers over the WebSocket by the fate of the request. */
function overSocket(world: World, story: Story, trade: Trade): void {
  const fate = see(story, numberOf(trade.body));
  const ok = { code: 200, data: { i: 5, I: null, s: 'BTC' } };
  const after = (ms: number, act: () => void): void =>
    void world.host('exchange').timers.after(ms, act);
  switch (fate) {
    case 'ok':
      answer(trade, ok);
      break;
    case 'error':
      answer(trade, { code: 420, err: 'Failed to cancel order' });
      break;
    case 'no id':
      answer({ ...trade, id: undefined as never }, { code: 420, err: 'Invalid order type' });
      break;
    case 'late':
      after(12_000, () => answer(trade, ok));
      break;
    case 'twice':
      answer(trade, ok);
      answer(trade, { code: 500, err: 'internal' });
      break;
    case 'junk':
      trade.from.socket.send(`{"id":"${trade.id}","code":`);
      break;
    case 'cut':
      trade.from.socket.terminate();
      break;
    case 'cut later':
      after(1, () => trade.from.socket.terminate());
      answer(trade, ok);
      break;
    case 'silence':
      break;
  }
}

test('VENUE-10 VENUE-12 whatever is cut, lost or doubled, a request is submitted at most once and ends once', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
    async (seed, steps) => {
      const world = new World({ seed, latencyUs: [500, 20_000] });
      const exchange = new FakeExchange(world.host('exchange'));
      await exchange.open();
      const story: Story = { seen: new Map(), fates: new Map() };
      exchange.onTrade = (trade) => overSocket(world, story, trade);
      exchange.onRequest = ({ body }) => {
        const fate = see(story, numberOf(JSON.parse(body ?? '{}')));
        if (fate === 'ok' || fate === 'twice')
          return json({ success: true, data: { order_id: 5 } });
        if (fate === 'error') return json({ success: false, error: 'Failed to cancel order' }, 422);
        if (fate === 'junk') return json('<html>', 200);
        if (fate === 'no id') return json('', 504);
        // Nobody answers, or the connection is dropped.
        if (fate === 'silence' || fate === 'late') return new Promise(() => undefined);
        return json('', 0);
      };
      const { venue, desk } = makeVenue(world.host('desk'), exchange);
      venue.start();
      await world.run(fc.sample(fc.integer({ min: 0, max: 50 }), { seed, numRuns: 1 })[0] ?? 0);
      let requests = 0;
      for (const { gapMs, what, overRest, fate } of steps) {
        if (what === 'cut') for (const { socket } of exchange.living) socket.terminate();
        else if (what === 'refuse') exchange.upgrade = 429;
        else if (what === 'accept') exchange.upgrade = 'accept';
        else {
          requests += 1;
          const n = requests;
          story.fates.set(n, fate);
          const over = overRest ? { wsKey: undefined } : {};
          quietly(desk, () => venue.transmit(signed(n, over)));
        }
        await world.run(gapMs);
      }
      await world.run(30_000);
      // The desk of the tests throws when a request ends twice.
      expect([...desk.replies.keys()].sort((a, b) => a - b)).toEqual(
        Array.from({ length: requests }, (_, i) => i + 1),
      );
      for (const [n, outcome] of desk.replies) {
        const seen = story.seen.get(n) ?? 0;
        expect(seen).toBeLessThanOrEqual(1);
        if (outcome.kind === 'ok') expect(seen).toBe(1);
        if (outcome.kind === 'refused' && outcome.reason === 'unreachable') expect(seen).toBe(0);
      }
      await world.until(venue.close());
    },
  );
  await fc.assert(property, { numRuns: 60 });
}, 60_000);

test('VENUE-10 VENUE-12 VENUE-18 so it is over real sockets that die under load', async () => {
  const exchange = new FakeExchange(createNodeHost());
  await exchange.open();
  const seen = new Map<number, number>();
  const note = (body: unknown): number => {
    const n = numberOf(body);
    seen.set(n, (seen.get(n) ?? 0) + 1);
    return n;
  };
  exchange.onTrade = (trade) => {
    // Every fifth takes its connection with it, answered or not.
    const n = note(trade.body);
    if (n % 10 === 0) answer(trade, { code: 200, data: { i: n } });
    if (n % 5 === 0) trade.from.socket.terminate();
    else answer(trade, { code: 200, data: { i: n } });
  };
  exchange.onRequest = ({ body }) => {
    const n = note(JSON.parse(body ?? '{}'));
    return n % 7 === 0 ? json('', 0) : json({ success: true, data: { order_id: n } });
  };
  const { venue, desk } = makeVenue(createNodeHost(), exchange, {
    settings: { backoffMinMs: 1, backoffMaxMs: 2, requestTimeoutMs: 2000 },
  });
  venue.start();
  await desk.ups.next();
  const COUNT = 60;
  for (let n = 1; n <= COUNT; n += 1) {
    venue.transmit(signed(n, n % 3 === 0 ? { wsKey: undefined } : {}));
    // One way or another every third is waited for, the others go out together.
    if (n % 3 === 0) await desk.outcomes.next();
  }
  while (desk.replies.size < COUNT) await desk.outcomes.next();
  for (const [n, outcome] of desk.replies) {
    expect(seen.get(n) ?? 0).toBeLessThanOrEqual(1);
    if (outcome.kind === 'ok') expect(outcome.value.orderId).toBe(n);
    expect(outcome.kind).not.toBe('refused');
  }
  await venue.close();
  await exchange.close();
});
