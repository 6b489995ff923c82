import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KernelContext } from '../../src/desk/kernelContext.ts';
import { LANES, type Lane } from '../../src/desk/lanes.ts';
import { Outbox } from '../../src/desk/outbox.ts';
import { CreditMeter } from '../../src/exchange/gateway/credits/creditMeter.ts';

const QUOTA = 3000;
const RESERVE = 500;
const HEDGES = 200;
const EVIDENCE = 200;
/** What new risk may use. */
const USABLE = QUOTA - RESERVE - HEDGES - EVIDENCE;
const URGENT: readonly Lane[] = ['kill', 'cancel', 'verify'];

interface Departure {
  readonly id: number;
  readonly lane: Lane;
  readonly tenths: number;
  readonly atMs: number;
}

/** An outbox of one family with its own clock and timers. */
class Post {
  readonly context = new KernelContext(1);
  readonly outbox: Outbox;
  readonly left: Departure[] = [];
  onLeave: (departure: Departure) => void = () => undefined;
  nowMs = 1000;
  #next = 1;
  readonly #timers = new Map<number, number>();

  constructor(families = 1, reserve = RESERVE, keyless: ReadonlySet<number> = new Set()) {
    this.outbox = new Outbox(this.context, families, reserve, keyless);
    this.#begin();
    const known = (quotaTenths: number) => ({
      remainingTenths: quotaTenths,
      quotaTenths,
      refreshS: 1,
    });
    for (let i = 0; i < families; i += 1)
      this.outbox.learn(i, known(keyless.has(i) ? 1000 : QUOTA));
  }

  push(lane: Lane, tenths = 10, afterSeq = 0, family = 0, worth = true): number {
    const requestId = this.#next;
    this.#next += 1;
    this.#begin();
    this.outbox.push(family, {
      requestId,
      lane,
      costTenths: tenths,
      afterSeq,
      go: () => {
        if (!worth) return false;
        const departure = { id: requestId, lane, tenths, atMs: this.nowMs };
        this.left.push(departure);
        this.onLeave(departure);
        return true;
      },
    });
    this.#end();
    return requestId;
  }

  durable(seq: number): void {
    this.#begin();
    this.context.durableSeq = seq;
    this.outbox.pumpAll();
    this.#end();
  }

  learn(remainingTenths: number, refreshS = 30, quotaTenths = QUOTA): void {
    this.#begin();
    this.outbox.learn(0, { remainingTenths, quotaTenths, refreshS });
    this.#end();
  }

  withdraw(requestId: number): boolean {
    this.#begin();
    const done = this.outbox.withdraw(0, requestId);
    this.#end();
    return done;
  }

  waitMs(lane: Lane, tenths: number): number {
    this.#begin();
    return this.outbox.waitMs(0, lane, tenths);
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [due] = [...this.#timers].sort(([, a], [, b]) => a - b);
      if (due === undefined || due[1] > untilMs) break;
      this.nowMs = Math.max(this.nowMs, due[1]);
      this.#timers.delete(due[0]);
      this.#begin();
      this.context.fire(due[0]);
      this.#end();
    }
    this.nowMs = untilMs;
    this.#begin();
  }

  get lanes(): Lane[] {
    return this.left.map(({ lane }) => lane);
  }

  get ids(): number[] {
    return this.left.map(({ id }) => id);
  }

  #begin(): void {
    this.context.begin({ wallMs: this.nowMs, monoUs: this.nowMs * 1000 });
  }

  #end(): void {
    for (const command of this.context.take()) {
      if (command.kind === 'arm') this.#timers.set(command.id, command.atMs);
      if (command.kind === 'disarm') this.#timers.delete(command.id);
    }
  }
}

describe('the order of departures', () => {
  test('DESK-10 stronger lanes leave first, and each lane in the order of arrival', () => {
    const post = new Post();
    // Everything waits for the same record, so that all of it can leave at once.
    for (const lane of [...LANES].reverse()) post.push(lane, 10, 7);
    for (const lane of LANES) post.push(lane, 10, 7);
    expect(post.left).toEqual([]);
    expect(post.outbox.queued).toBe(18);
    post.durable(6);
    expect(post.left).toEqual([]);
    post.durable(7);
    expect(post.lanes).toEqual(LANES.flatMap((lane) => [lane, lane]));
    expect(post.ids).toEqual([9, 10, 8, 11, 7, 12, 6, 13, 5, 14, 4, 15, 3, 16, 2, 17, 1, 18]);
    expect(post.outbox.queued).toBe(0);
  });

  test('DESK-11 what waits for the disk holds nobody back, in its lane or below', () => {
    const post = new Post();
    const first = post.push('open', 10, 5);
    const second = post.push('open', 10, 3);
    const cancel = post.push('cancel', 5);
    const poll = post.push('poll');
    expect(post.ids).toEqual([cancel, poll]);
    post.durable(4);
    expect(post.ids).toEqual([cancel, poll, second]);
    post.durable(5);
    expect(post.ids).toEqual([cancel, poll, second, first]);
  });

  test('DESK-12 what is withdrawn never leaves, and makes room for those behind it', () => {
    const post = new Post();
    post.push('open', 1900);
    const large = post.push('open', 2000);
    const small = post.push('quote', 10);
    expect(post.lanes).toEqual(['open']);
    expect(post.withdraw(large)).toBe(true);
    expect(post.ids.slice(1)).toEqual([small]);
    expect(post.withdraw(large)).toBe(false);
    expect(post.withdraw(small)).toBe(false);
    post.pass(120_000);
    expect(post.left).toHaveLength(2);
  });

  test('DESK-12 what is not worth sending any more costs nothing', () => {
    const post = new Post();
    post.push('open', USABLE, 0, 0, false);
    expect(post.outbox.spent(0)).toEqual({ totalTenths: 0, peakMinuteTenths: 0 });
    post.push('open', USABLE);
    expect(post.lanes).toEqual(['open']);
    expect(post.outbox.spent(0)).toEqual({ totalTenths: USABLE, peakMinuteTenths: USABLE });
  });

  test('DESK-10 what a departure adds has its turn in the same go', () => {
    const post = new Post();
    post.onLeave = ({ lane }) => {
      if (lane === 'open') post.push('cancel', 5);
    };
    post.push('open', 10, 1);
    post.push('open', 10, 1);
    post.durable(1);
    expect(post.lanes).toEqual(['open', 'open', 'cancel', 'cancel']);
  });

  test('families do not wait for each other', () => {
    const post = new Post(2);
    post.push('open', USABLE);
    post.push('open', 10);
    const other = post.push('open', 10, 0, 1);
    expect(post.ids).toEqual([1, other]);
    expect(post.outbox.spent(1).totalTenths).toBe(10);
    expect(() => post.push('open', 10, 0, 2)).toThrow('no family 2');
  });
});

describe('credits', () => {
  test('DESK-13 new risk leaves credits for evidence, that for hedges, these the reserve', () => {
    const post = new Post();
    const fill = (lane: Lane, tenths: number): void => {
      const { queued } = post.outbox;
      while (post.outbox.queued === queued) post.push(lane, tenths);
    };
    fill('open', 10);
    expect(post.outbox.spent(0).totalTenths).toBe(USABLE);
    post.pass(1);
    fill('evidence', 40);
    expect(post.outbox.spent(0).totalTenths).toBe(USABLE + EVIDENCE);
    fill('hedge', 10);
    expect(post.outbox.spent(0).totalTenths).toBe(QUOTA - RESERVE);
    fill('cancel', 5);
    expect(post.outbox.spent(0).totalTenths).toBe(QUOTA);
    expect(post.outbox.queued).toBe(4);
    // A minute later the first spends count no more.
    post.pass(60_000);
    expect(post.lanes.slice(-4)).toEqual(['cancel', 'hedge', 'evidence', 'open']);
  });

  test('DESK-13 once new risk has ended evidence and hedges may use the reserve', () => {
    const post = new Post();
    while (post.outbox.queued === 0) post.push('evidence', 40);
    post.push('poll');
    post.outbox.endNewRisk();
    expect(post.outbox.queued).toBe(1);
    post.push('open', 10);
    for (let i = 0; i < 40; i += 1) post.push('hedge', 10);
    expect(post.lanes.at(-1)).toBe('hedge');
    expect(post.outbox.spent(0).totalTenths).toBeGreaterThan(QUOTA - RESERVE);
    while (post.outbox.queued === 2) post.push('evidence', 40);
    expect(post.outbox.spent(0).totalTenths).toBeGreaterThan(QUOTA - 40);
    expect(post.lanes).not.toContain('open');
  });

  test('DESK-13 an ordinary lane that waits holds back ordinary ones, never the urgent below it', () => {
    const post = new Post();
    post.push('open', USABLE - 10);
    post.push('open', 20);
    post.push('quote', 10);
    post.push('evidence', 240);
    post.push('open', 10);
    post.push('quote', 10);
    post.push('poll', 10);
    post.push('verify', 10);
    expect(post.lanes).toEqual(['open', 'verify']);
  });

  test('DESK-13 a kill that waits holds back everything, cancels too', () => {
    const post = new Post();
    for (let i = 0; i < 300; i += 1) post.push('kill', 10);
    post.push('kill', 10);
    post.push('cancel', 5);
    post.learn(5, 30);
    expect(post.outbox.queued).toBe(2);
    post.pass(60_000);
    expect(post.lanes.slice(-2)).toEqual(['kill', 'cancel']);
  });

  test('DESK-14 what others spent shows until the exchange counts less, or for a minute', () => {
    const post = new Post();
    expect(post.outbox.creditShare(0)).toBe(1);
    post.learn(1000);
    expect(post.outbox.creditShare(0)).toBe(0.2);
    expect(post.waitMs('open', 100)).toBe(0);
    // By then the exchange can tell what has come back.
    expect(post.waitMs('open', 101)).toBe(30_000);
    post.push('open', 101);
    post.pass(500);
    expect(post.left).toEqual([]);
    // Whoever spent it has it back: what waits leaves at once.
    post.learn(1001);
    expect(post.lanes).toEqual(['open']);
    post.push('open', 101);
    post.pass(59_999);
    expect(post.left).toHaveLength(1);
    post.pass(1);
    expect(post.left).toHaveLength(2);
  });

  test('DESK-14 what is still on its way is taken off what the exchange says, until it is answered', () => {
    const post = new Post();
    const sent = post.push('open', 100);
    post.learn(1000);
    expect(post.outbox.creditShare(0)).toBeCloseTo((1000 - 100 - RESERVE) / (QUOTA - RESERVE), 9);
    post.outbox.settled(0, sent);
    post.outbox.settled(0, sent);
    post.learn(1000);
    expect(post.outbox.creditShare(0)).toBeCloseTo((1000 - RESERVE) / (QUOTA - RESERVE), 9);
  });

  test('DESK-111 a smaller quota keeps as large a share for cancels, hedges and evidence', () => {
    const post = new Post();
    post.learn(1000, 60, 1000);
    for (let i = 0; i < 100; i += 1) post.push('open', 10);
    for (let i = 0; i < 10; i += 1) post.push('evidence', 10);
    for (let i = 0; i < 10; i += 1) post.push('hedge', 10);
    for (let i = 0; i < 40; i += 1) post.push('cancel', 5);
    const count = (lane: Lane): number => post.lanes.filter((each) => each === lane).length;
    expect(['open', 'evidence', 'hedge', 'cancel'].map((lane) => count(lane as Lane))).toEqual([
      70, 6, 7, 34,
    ]);
  });

  test('DESK-111 families without a key share the credits of their address, and one queue', () => {
    const post = new Post(3, RESERVE, new Set([0, 2]));
    for (let i = 0; i < 100; i += 1) post.push('open', 10, 0, i % 2 === 0 ? 0 : 2);
    expect(post.left).toHaveLength(70);
    expect(post.outbox.queued).toBe(30);
    const hedge = post.push('hedge', 10, 0, 2);
    expect(post.ids.at(-1)).toBe(hedge);
    const other = post.push('open', 10, 0, 1);
    expect(post.ids.at(-1)).toBe(other);
  });

  test('DESK-15 the wait that is told is the wait that is had, with everything that is ahead', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            lane: fc.constantFrom(...LANES),
            tenths: fc.constantFrom(5, 10, 40, 300),
            passMs: fc.nat(3000),
          }),
          { maxLength: 60, size: 'max' },
        ),
        fc.constantFrom<Lane>('open', 'quote', 'hedge', 'cancel', 'kill', 'evidence'),
        (plan, lane) => {
          const post = new Post();
          for (const { lane: each, tenths, passMs } of plan) {
            post.push(each, tenths);
            post.pass(passMs);
          }
          const wait = post.waitMs(lane, 10);
          const id = post.push(lane, 10);
          const gone = (): boolean => post.ids.includes(id);
          expect(gone()).toBe(wait === 0);
          post.pass(wait);
          // A whole window means: more than a window's credits is ahead, ask again then.
          if (wait < 60_000) expect(gone()).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('DESK-16 never more than the quota in any minute, and the exchange never refuses', () => {
    const event = fc.record({
      lane: fc.constantFrom(...LANES),
      tenths: fc.constantFrom(5, 10, 40),
      count: fc.integer({ min: 1, max: 60 }),
      passMs: fc.nat(9000),
      answered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50, size: 'max' }), (plan) => {
        const post = new Post();
        const meter = new CreditMeter(() => QUOTA);
        const unanswered: number[] = [];
        post.onLeave = ({ id, tenths, atMs }) => {
          // It arrives at once: the hardest case for a window that begins at the departure.
          expect(meter.spend(atMs, tenths)).toBe(true);
          unanswered.push(id);
        };
        for (const { lane, tenths, count, passMs, answered } of plan) {
          for (let i = 0; i < count; i += 1) post.push(lane, tenths);
          post.pass(passMs);
          if (!answered) continue;
          for (const id of unanswered.splice(0)) post.outbox.settled(0, id);
          post.learn(meter.remainingTenths(post.nowMs), meter.refreshS(post.nowMs));
        }
        post.pass(300_000);
        for (const { atMs } of post.left) {
          const inMinute = post.left.filter((one) => one.atMs > atMs - 60_000 && one.atMs <= atMs);
          const spent = inMinute.reduce((sum, one) => sum + one.tenths, 0);
          expect(spent).toBeLessThanOrEqual(QUOTA);
          expect(post.outbox.spent(0).peakMinuteTenths).toBeGreaterThanOrEqual(spent);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('DESK-17 under any flood of other work, cancels within the reserve leave at once', () => {
    const others = LANES.filter((lane) => !URGENT.includes(lane));
    const event = fc.record({
      lane: fc.constantFrom(...others),
      count: fc.integer({ min: 0, max: 200 }),
      passMs: fc.integer({ min: 600, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 20, maxLength: 60 }), (plan) => {
        const post = new Post();
        for (const { lane, count, passMs } of plan) {
          for (let i = 0; i < count; i += 1) post.push(lane, 10, post.nowMs % 3);
          // At most one in 600 ms: never more than the reserve of 100 in a minute.
          const id = post.push('cancel', 5);
          expect(post.ids.at(-1)).toBe(id);
          post.pass(passMs);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('DESK-18 a flood of new risk cannot keep evidence from being asked for', () => {
    const post = new Post();
    while (post.outbox.queued === 0) post.push('open');
    post.push('evidence', EVIDENCE);
    const id = post.push('evidence', 40);
    for (let second = 0; second < 62; second += 1) {
      // Whoever asks first is told how long it takes, with the evidence ahead.
      if (post.waitMs('open', 10) === 0) post.push('open');
      post.pass(1000);
    }
    expect(post.ids).toContain(id);
    const asked = post.left.findIndex((one) => one.id === id);
    expect(post.lanes.slice(asked + 1).every((lane) => lane === 'open')).toBe(true);
  });
});
