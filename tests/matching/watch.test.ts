import { describe, expect, test } from '@jest/globals';
import { MatchingEngine } from '../../src/matching/matchingEngine.ts';

/** A book with three asks of 10 lots at 100, the second of them watched. */
function watched(): MatchingEngine {
  const engine = new MatchingEngine({ maxTicks: 1000 });
  for (const id of [1, 2, 3]) engine.add(id, id, 'ask', 100, 10, 'GTC');
  engine.watch(2);
  return engine;
}

describe('a watched order', () => {
  test('EX-101 stops a taker that has done something, and not one that comes to it first', () => {
    const engine = watched();
    expect(engine.add(9, 9, 'bid', 100, 25, 'GTC')).toEqual({
      status: 'paused',
      ticks: 100,
      filledLots: 10,
      restingLots: 0,
    });
    expect([engine.events.count, engine.remaining(9), engine.remaining(2)]).toEqual([1, 0, 10]);
    expect(engine.add(9, 9, 'bid', 100, 15, 'GTC')).toMatchObject({
      status: 'filled',
      filledLots: 15,
    });
    expect(engine.remaining(3)).toBe(5);
  });

  test('EX-101 may be changed or taken away in the pause', () => {
    const engine = watched();
    engine.add(9, 9, 'bid', 100, 25, 'IOC');
    engine.reduce(2, 4);
    expect(engine.add(9, 9, 'bid', 100, 15, 'IOC')).toMatchObject({
      status: 'cancelled',
      filledLots: 14,
    });
    const other = watched();
    other.add(9, 9, 'bid', 100, 25, 'IOC');
    other.cancel(2);
    other.cancel(3);
    expect(other.add(9, 9, 'bid', 100, 15, 'GTC')).toMatchObject({
      status: 'resting',
      restingLots: 15,
    });
  });

  test('EX-101 stops a taker also after it removed an order of its own owner', () => {
    const engine = watched();
    expect(engine.add(9, 1, 'bid', 100, 25, 'IOC')).toMatchObject({
      status: 'paused',
      filledLots: 0,
    });
    expect(engine.events.count).toBe(1);
  });

  test('EX-101 is not watched by who takes its slot, nor by a taker that needs no more', () => {
    const engine = watched();
    expect(engine.add(9, 9, 'bid', 100, 10, 'GTC').status).toBe('filled');
    engine.cancel(2);
    engine.add(4, 4, 'ask', 100, 10, 'GTC');
    expect(engine.add(9, 9, 'bid', 100, 20, 'GTC').status).toBe('filled');
    expect(() => engine.watch(77)).toThrow('order 77 is not in the book');
  });

  test('EX-101 stays watched when the book grows', () => {
    const engine = watched();
    for (let id = 10; id < 3000; id += 1) engine.add(id, 8, 'ask', 200, 1, 'GTC');
    expect(engine.add(9, 9, 'bid', 100, 25, 'IOC').status).toBe('paused');
  });
});
