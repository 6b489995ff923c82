import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/parseConfig.ts';
import { Desk, type DeskPorts } from '../../src/desk/desk.ts';
import type { DeskCommand, DeskNotice } from '../../src/desk/deskCommand.ts';
import type { DeskEvent } from '../../src/desk/deskEvent.ts';
import { Kernel } from '../../src/desk/kernel.ts';
import type { SignedRequest } from '../../src/desk/ports.ts';
import type { ReservedOrder } from '../../src/gate/reservedOrder.ts';
import { Bench, BTC, ETH, quote } from './support/bench.ts';

/** A kernel that answers as a test says, and remembers what it was told. */
class Script {
  readonly events: DeskEvent[] = [];
  readonly stamps: number[] = [];
  answer: (event: DeskEvent) => DeskCommand[] = () => [];
  readonly kernel: Kernel;

  constructor() {
    this.kernel = {
      step: (event: DeskEvent, stamp: { monoUs: number }) => {
        this.events.push(event);
        this.stamps.push(stamp.monoUs);
        return this.answer(event);
      },
    } as unknown as Kernel;
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

function request(requestId: number): SignedRequest {
  return {
    requestId,
    account: 0,
    path: '/x',
    wsKey: undefined,
    body: '{}',
    timestampMs: 0,
    expiryWindowMs: 0,
  };
}

/** Ports that write down what they are asked for. */
function ports(done: string[], over: Partial<DeskPorts> = {}): DeskPorts {
  let us = 0;
  return {
    clock: {
      wallMs: () => 77,
      monoUs: () => {
        us += 1;
        return us;
      },
    },
    audit: {
      nextSeq: 1,
      append: ({ seq, type }) => done.push(`append ${seq} ${type}`),
      flush: () => undefined,
    },
    signer: {
      order: (requestId, _reserved, wallMs) => {
        done.push(`sign order ${requestId} at ${wallMs}`);
        return request(requestId);
      },
      cancel: (requestId, { clientOrderId }) => {
        done.push(`sign cancel ${clientOrderId}`);
        return request(requestId);
      },
      cancelAll: (requestId, { account }) => {
        done.push(`sign cancel-all ${account}`);
        return request(requestId);
      },
      leverage: (requestId, { leverage }) => {
        done.push(`sign leverage ${leverage}`);
        return request(requestId);
      },
    },
    venue: {
      transmit: ({ requestId }) => done.push(`transmit ${requestId}`),
      query: (requestId, account, { of }) => done.push(`query ${requestId} ${account} ${of}`),
      refresh: (account) => done.push(`refresh ${account}`),
    },
    timers: {
      arm: (id, atMs) => done.push(`arm ${id} at ${atMs}`),
      disarm: (id) => done.push(`disarm ${id}`),
    },
    notice: (notice) => done.push(`notice ${notice.of}`),
    ...over,
  };
}

function appendOf(seq: number, awaited = true): DeskCommand {
  const record = { seq, type: 'note', wallMs: 0, monoUs: 0, body: {}, awaited };
  return { kind: 'append', record };
}

describe('the driver', () => {
  test('DESK-65 carries out every command at its port, in order', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    const done: string[] = [];
    desk.connect(ports(done));
    const market = BTC;
    script.answer = () => [
      appendOf(1),
      {
        kind: 'send',
        requestId: 4,
        wallMs: 5,
        action: {
          do: 'cancel',
          cancel: { account: 0, market, clientOrderId: 'c', venueOrderId: undefined },
        },
      },
      {
        kind: 'send',
        requestId: 5,
        wallMs: 5,
        action: { do: 'cancelAll', cancelAll: { account: 3, excludeReduceOnly: false } },
      },
      {
        kind: 'send',
        requestId: 6,
        wallMs: 5,
        action: { do: 'leverage', leverage: { account: 0, market, leverage: 9 } },
      },
      { kind: 'query', requestId: 7, account: 2, query: { of: 'orders', account: 'x' } },
      { kind: 'refresh', account: 2 },
      { kind: 'arm', id: 8, atMs: 9 },
      { kind: 'disarm', id: 8 },
      { kind: 'notify', event: { of: 'running' } },
    ];
    desk.operate({ do: 'start' });
    expect(done).toEqual([
      'append 1 note',
      'sign cancel c',
      'transmit 4',
      'sign cancel-all 3',
      'transmit 5',
      'sign leverage 9',
      'transmit 6',
      'query 7 2 orders',
      'refresh 2',
      'arm 8 at 9',
      'disarm 8',
      'notice running',
    ]);
  });

  test('DESK-65 brings every report of the adapters to the kernel as it is', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    desk.connect(ports([]));
    desk.operate({ do: 'stop', reason: 'r' });
    desk.timer(3);
    desk.session(1, 'up');
    desk.frame({ channel: 'pong' }, 4);
    desk.sent(5, 6);
    desk.reply(7, { kind: 'unknown', message: 'm' });
    desk.answer(8, { kind: 'unknown', message: 'm' });
    desk.credits(1, { remainingTenths: 1, quotaTenths: 2, refreshS: 3 });
    desk.durable(9);
    desk.failed('full');
    expect(script.events).toEqual([
      { kind: 'operator', command: { do: 'stop', reason: 'r' } },
      { kind: 'timer', id: 3 },
      { kind: 'session', family: 1, state: 'up' },
      { kind: 'frame', frame: { channel: 'pong' }, account: 4 },
      { kind: 'sent', requestId: 5, monoUs: 6 },
      { kind: 'reply', requestId: 7, outcome: { kind: 'unknown', message: 'm' } },
      { kind: 'answer', requestId: 8, outcome: { kind: 'unknown', message: 'm' } },
      { kind: 'credits', family: 1, credits: { remainingTenths: 1, quotaTenths: 2, refreshS: 3 } },
      { kind: 'durable', seq: 9 },
      { kind: 'disk', sentence: 'full' },
    ]);
  });

  test('DESK-66 one event at a time: what happens during a step waits for its end', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    const done: string[] = [];
    desk.connect(
      ports(done, {
        notice: (notice: DeskNotice) => {
          done.push(`notice ${notice.of}`);
          desk.timer(99);
          done.push('after');
        },
      }),
    );
    script.answer = (event) =>
      event.kind === 'operator' ? [{ kind: 'notify', event: { of: 'running' } }, appendOf(1)] : [];
    desk.operate({ do: 'start' });
    expect(done).toEqual(['notice running', 'after', 'append 1 note']);
    expect(script.kinds).toEqual(['operator', 'timer']);
    // Each step has its own reading of the clock.
    expect(new Set(script.stamps).size).toBe(2);
  });

  test('DESK-66 what a step left over comes before later events, piece by piece while the disk works', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    desk.connect(ports([]));
    let seq = 0;
    let left = 0;
    const append = (): DeskCommand => {
      seq += 1;
      return appendOf(seq);
    };
    script.answer = (event) => {
      if (event.kind === 'operator') {
        left = 7;
        return [append(), ...Array.from({ length: 7 }, (): DeskCommand => ({ kind: 'continue' }))];
      }
      if (event.kind !== 'continue') return [];
      left -= 1;
      return [append()];
    };
    desk.operate({ do: 'start' });
    desk.timer(1);
    // The disk has not answered: other events go on, what is left over waits.
    expect(left).toBe(7);
    expect(script.kinds.at(-1)).toBe('timer');
    for (let i = 1; i <= 7; i += 1) {
      desk.durable(seq);
      // What became durable goes out first, then the next piece is decided, and no further one.
      expect(script.kinds.slice(-2)).toEqual(['durable', 'continue']);
      expect(left).toBe(7 - i);
    }
    desk.operate({ do: 'start' });
    desk.failed('full');
    // Nothing waits for a disk that has failed.
    expect(left).toBe(0);
  });

  test('DESK-66 without awaited records nothing waits for the disk', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    desk.connect(ports([]));
    script.answer = (event) =>
      event.kind === 'timer'
        ? [
            appendOf(1, false),
            ...Array.from({ length: 9 }, (): DeskCommand => ({ kind: 'continue' })),
          ]
        : [];
    desk.timer(1);
    expect(script.kinds).toEqual(['timer', ...Array.from({ length: 9 }, () => 'continue')]);
  });

  test('DESK-67 after its close nothing reaches the kernel, before its ports nothing may', () => {
    const script = new Script();
    const desk = new Desk(script.kernel);
    expect(() => desk.timer(1)).toThrow('driven before its ports are connected');
    desk.connect(ports([]));
    desk.close();
    desk.timer(2);
    desk.durable(3);
    expect(script.events).toEqual([]);
  });

  test('DESK-68 signs what the gate reserved and nothing that looks like it', () => {
    const bench = Bench.ready();
    bench.want(quote());
    const { action, requestId, wallMs } = bench.lastSend('order');
    const script = new Script();
    const desk = new Desk(script.kernel);
    const done: string[] = [];
    desk.connect(ports(done));
    const send = (reserved: ReservedOrder): DeskCommand => ({
      kind: 'send',
      requestId,
      wallMs,
      action: { do: 'order', reserved },
    });
    script.answer = () => [send(action.reserved)];
    desk.timer(1);
    expect(done).toEqual([`sign order ${requestId} at ${wallMs}`, `transmit ${requestId}`]);
    const { request, sendByMs, reservedAtMs, number, opening } = action.reserved;
    const likeness = { request, sendByMs, reservedAtMs, number, opening } as ReservedOrder;
    script.answer = () => [send(likeness)];
    expect(() => desk.timer(2)).toThrow('only the gate reserves orders');
    expect(done).toHaveLength(2);
    // A bug of ours does not leave the driver stuck.
    script.answer = () => [];
    desk.timer(3);
    expect(script.kinds.at(-1)).toBe('timer');
    const late = ports(done);
    desk.connect({ ...late, signer: { ...late.signer, order: () => undefined } });
    script.answer = () => [send(action.reserved)];
    expect(() => desk.timer(4)).toThrow('the outbox sends no reservation after its time');
  });
});

describe('the kernel', () => {
  test('DESK-69 is a function of what it is told: the same events give the same commands', () => {
    const play = (): string => {
      const bench = Bench.ready({ config: { leverage: 3 } });
      bench.operate({ do: 'start' });
      bench.want(quote(), quote({ side: 'ask', quote: { ticks: 100_005, lots: 500 } }));
      for (const { requestId } of bench.sends) bench.accept(requestId);
      bench.pass(1234);
      bench.operate({ do: 'close', reason: 'x' });
      bench.pass(20_000);
      return JSON.stringify(bench.trace);
    };
    expect(play()).toBe(play());
  });

  test('DESK-69 numbers its records on from where the log stands', () => {
    const config = parseConfig(
      JSON.stringify({
        desk: 'd',
        venue: { kind: 'simulated' },
        markets: ['BTC', 'ETH'],
        accounts: [{ name: 'a' }],
        strategies: [],
      }),
      'test',
    );
    const kernel = new Kernel({
      config,
      markets: [BTC, ETH],
      accounts: [{ index: 0, name: 'a', address: 'x', family: 0 }],
      families: 1,
      epoch: 4,
      jitterSeed: 1,
      nextSeq: 500,
      sha256: () => '0'.repeat(64),
    });
    const stamp = { wallMs: 9, monoUs: 8000 };
    const commands = kernel.step({ kind: 'session', family: 0, state: 'down' }, stamp);
    expect(commands).toEqual([
      {
        kind: 'append',
        record: {
          seq: 500,
          type: 'session',
          wallMs: 9,
          monoUs: 8000,
          awaited: false,
          body: { family: 0, state: 'down' },
        },
      },
    ]);
    expect(kernel.step({ kind: 'timer', id: 12_345 }, stamp)).toEqual([]);
  });
});
