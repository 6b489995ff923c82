import { describe, expect, test } from '@jest/globals';
import { MarketView } from '../../src/book/marketView.ts';
import type { BookFrame, PriceRow } from '../../src/protocol/frames/frame.ts';

function book(li: number, bids: readonly number[], asks: readonly number[]): BookFrame {
  return { channel: 'book', market: 0, bids, asks, timeMs: 0, li };
}

function prices(markTicks: number, oracleTicks = 0): PriceRow {
  return { market: 0, markTicks, midTicks: 0, oracleTicks, timeMs: 0 };
}

describe('the book', () => {
  test('BOOK-1 is what the last frame said', () => {
    const view = new MarketView(3);
    expect(view).toMatchObject({ market: 3, bidTicks: 0, askTicks: 0, bids: [], asks: [] });
    expect(view.bookAtMs).toBe(Number.NEGATIVE_INFINITY);
    expect(view.onBook(book(7, [100, 5, 99, 6], [102, 7]), 1000)).toBe(true);
    expect(view).toMatchObject({ bidTicks: 100, bidLots: 5, askTicks: 102, askLots: 7 });
    expect([view.bids, view.asks, view.bookAtMs]).toEqual([[100, 5, 99, 6], [102, 7], 1000]);
    expect(view.onBook(book(7, [], [103, 1]), 1100)).toBe(true);
    expect(view).toMatchObject({ bidTicks: 0, bidLots: 0, askTicks: 103, askLots: 1 });
    expect(view.onBook(book(9, [101, 2], []), 1200)).toBe(true);
    expect(view).toMatchObject({ bidTicks: 101, bidLots: 2, askTicks: 0, askLots: 0 });
  });

  test('BOOK-1 drops an older frame, until what is held is no longer fresh', () => {
    const view = new MarketView(0);
    view.onBook(book(900, [100, 1], [102, 1]), 1000);
    expect(view.onBook(book(899, [90, 1], [92, 1]), 4000)).toBe(false);
    expect(view).toMatchObject({ bidTicks: 100, bookAtMs: 1000 });
    expect(view.onBook(book(3, [90, 1], [92, 1]), 4001)).toBe(true);
    expect(view).toMatchObject({ bidTicks: 90, bookAtMs: 4001 });
    expect(view.onBook(book(4, [91, 1], [92, 1]), 4002)).toBe(true);
    expect(view.onBook(book(3, [90, 1], [92, 1]), 4003)).toBe(false);
  });

  test('BOOK-1 takes a frame that carries no counter, and forgets nothing by it', () => {
    const view = new MarketView(0);
    view.onBook(book(900, [100, 1], [102, 1]), 1000);
    expect(view.onBook(book(0, [101, 1], [102, 1]), 1001)).toBe(true);
    expect(view.bidTicks).toBe(101);
    expect(view.onBook(book(899, [90, 1], [92, 1]), 1002)).toBe(false);
  });
});

test('BOOK-2 the mid needs two sides that do not cross', () => {
  const view = new MarketView(0);
  const mid = (bids: readonly number[], asks: readonly number[]): number => {
    view.onBook(book(1, bids, asks), 0);
    return view.doubleMidTicks;
  };
  expect(mid([100, 1], [103, 1])).toBe(203);
  expect(mid([], [103, 1])).toBe(0);
  expect(mid([100, 1], [])).toBe(0);
  expect(mid([103, 1], [103, 1])).toBe(0);
  expect(mid([104, 1], [103, 1])).toBe(0);
});

test.each([
  // mark, oracle, bid, ask, reference
  [100, 110, 104, 106, 105],
  [110, 100, 104, 106, 105],
  [105, 100, 119, 121, 105],
  [105, 130, 98, 102, 105],
  [100, 105, 119, 121, 105],
  [110, 105, 98, 102, 105],
  [100, 100, 119, 121, 100],
  [100, 110, 104, 105, 105], // a mid of 104.5 is rounded to a tick
  [100, 110, 0, 0, 100],
  [100, 0, 109, 111, 100],
  [0, 105, 109, 111, 110],
  [0, 0, 109, 111, 110],
  [0, 105, 0, 0, 0],
])('BOOK-3 mark %i, oracle %i, book %i to %i: reference %i', (mark, oracle, bid, ask, expected) => {
  const view = new MarketView(0);
  if (bid > 0) view.onBook(book(1, [bid, 1], [ask, 1]), 5);
  view.onPrice(prices(mark, oracle), 6);
  expect(view.referenceTicks).toBe(expected);
  expect([view.markTicks, view.oracleTicks, view.markAtMs]).toEqual([mark, oracle, 6]);
});
