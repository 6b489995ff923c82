import { describe, expect, test } from '@jest/globals';
import type { DemoReport } from '../../src/report/demoFigures.ts';
import { demoReportText } from '../../src/report/demoReport.ts';
import { compactDollars, dollars } from '../../src/report/dollars.ts';
import { table } from '../../src/report/table.ts';

const REPORT: DemoReport = {
  ok: true,
  seed: 7,
  speed: 30,
  ranMs: 60_499,
  pnlMicro: -64_032_500,
  worstImbalance: '0.41 % of gross, time-weighted, over 2 accounts that held a pair',
  credits: 'family 1 spent 120.5, at most 98.0 of 300 in 60 s; family 2 spent 3.0, at most 3.0',
  desk: {
    accounts: 4,
    orders: 120,
    cancels: 9,
    fills: 1040,
    rejects: 3,
    rejectReasons: { balance: 2, 'reduce-only': 1 },
    refusals: 41,
    refusalsByCode: { CLAIMED: 1, SELF_TRADE: 40 },
    deferrals: 6,
    feesMicro: 12_345_678,
    volumeMicro: 31_234_567_890,
    largestPositionMicro: 0,
    closingOrders: 8,
    strategies: [
      { name: 'btc-eth', doing: 'z 1.20, level -1 of 3', parents: 12, orders: 40 },
      { name: 'quotes', doing: '4 two-sided quotes, moved 31 times', parents: 62, orders: 72 },
    ],
    signals: [
      {
        strategy: 'btc-eth',
        signal: 'z 1.02 moves the ladder from 0 to -1',
        parents: 6,
        orders: 12,
      },
      { strategy: 'btc-eth', signal: 'trim: the legs drifted apart', parents: 6, orders: 28 },
      ...Array.from({ length: 7 }, (_, i) => ({
        strategy: 'quotes',
        signal: `mid ${100_000 + i} ticks`,
        parents: 1,
        orders: 10 - i,
      })),
    ],
    unexplainedOrders: 0,
    pairs: {
      pairs: 12,
      hedged: 11,
      flat: 1,
      denied: 2,
      chases: 3,
      unwinds: 1,
      overBudget: 0,
      nakedDollarSeconds: 812.6,
      worstBudgetShare: 0.1366,
    },
    toSocketUs: { count: 120, p50: 640, p99: 2210, max: 3333 },
    toAnswerUs: { count: 120, p50: 4400, p99: 12_005, max: 20_000 },
  },
  exchange: {
    orders: 128,
    selfMatches: 0,
    stpEvents: 1,
    tooManyRequests: 0,
    settings: [],
  },
  log: {
    path: '/x/var/demo-1.jsonl',
    records: 999,
    verified: true,
    problem: null,
    venueOrders: 128,
    missingOrders: 0,
  },
  checks: [
    { name: 'no self-trade, by the exchange', passed: true, found: '0' },
    { name: 'audit log', passed: true, found: '999 records, 0 of 128 orders missing' },
  ],
};

describe('the report of the demo', () => {
  test('REPORT-1 says everything on one page, verdict last', () => {
    expect(demoReportText(REPORT)).toBe(`Breakwater demo: 4 accounts, 60 s, tape at 30 x, seed 7

                    parents  orders  what it was doing
btc-eth                  12      40  z 1.20, level -1 of 3
quotes                   62      72  4 two-sided quotes, moved 31 times
closing at the end                8  every position back to flat

signal of  orders
btc-eth        28  trim: the legs drifted apart
btc-eth        12  z 1.02 moves the ladder from 0 to -1
quotes         10  mid 100000 ticks
quotes          9  mid 100001 ticks
quotes          8  mid 100002 ticks
quotes          7  mid 100003 ticks
quotes          6  mid 100004 ticks
quotes             and 2 more signals (all with --json)

orders sent         120  fills       1040  cancels             9
rejects               3  refusals      41  deferrals           6
P&L after fees  -$64.03  fees      $12.35  turnover   $31,234.57
rejected by the exchange: balance 2, reduce-only 1
refused by the gate or for credits: CLAIMED 1, SELF_TRADE 40

pairs        12  hedged        11  flat                        1
denied        2  chased         3  unwound                     1
over budget   0  naked $ x s  813  worst use of a budget  13.7 %
worst imbalance of the legs: 0.41 % of gross, time-weighted, over 2 accounts that held a pair

latency, ms                           p50   p99    max
decision to socket                    0.64   2.21   3.33
decision to answer, less taker delay  4.40  12.01  20.00

credits: family 1 spent 120.5, at most 98.0 of 300 in 60 s
credits: family 2 spent 3.0, at most 3.0
exchange: 128 orders, 0 self-trades, 1 same-account preventions, 0 answers with 429
exchange settings that are not the reference's defaults: none
audit log: /x/var/demo-1.jsonl
  999 records, verified; 0 of the exchange's 128 orders missing

ok   no self-trade, by the exchange: 0
ok   audit log: 999 records, 0 of 128 orders missing
Passed: every check above.`);
  });

  test('REPORT-2 names every condition that failed, and a log that does not verify', () => {
    const text = demoReportText({
      ...REPORT,
      ok: false,
      desk: {
        ...REPORT.desk,
        rejectReasons: {},
        refusalsByCode: {},
        strategies: REPORT.desk.strategies.slice(0, 1),
      },
      exchange: {
        ...REPORT.exchange,
        selfMatches: 2,
        settings: [{ name: 'takerDelayMs', value: 0, byDefault: 200 }],
      },
      log: { ...REPORT.log, verified: false, problem: 'line 3: the hash does not fit' },
      checks: [
        { name: 'no self-trade, by the exchange', passed: false, found: '2' },
        { name: 'no 429', passed: true, found: '0' },
        { name: 'audit log', passed: false, found: '999 records, 0 of 128 orders missing' },
      ],
    });
    expect(text).not.toContain('rejected by the exchange');
    expect(text).not.toContain('refused by the gate');
    expect(text).not.toContain('more signals');
    expect(
      text,
    ).toContain(`exchange: 128 orders, 2 self-trades, 1 same-account preventions, 0 answers with 429
exchange settings that are not the reference's defaults:
  takerDelayMs 0 (default 200)
audit log: /x/var/demo-1.jsonl
  999 records, NOT VERIFIED (line 3: the hash does not fit); 0 of the exchange's 128 orders missing

FAIL no self-trade, by the exchange: 2
ok   no 429: 0
FAIL audit log: 999 records, 0 of 128 orders missing
FAILED: 2 of 3 checks above.`);
  });
});

describe('dollars', () => {
  test.each([
    [0, '$0.00'],
    [1, '$0.00'],
    [-1, '$0.00'],
    [-4999, '$0.00'],
    [-5000, '-$0.01'],
    [5000, '$0.01'],
    [999_999_999, '$1,000.00'],
    [-1_234_567_890_000, '-$1,234,567.89'],
    [123_450_000, '$123.45'],
  ])('REPORT-3 %i micro-dollars read %s', (micro, text) => {
    expect(dollars(micro)).toBe(text);
  });

  test('REPORT-3 without cents where none are wanted', () => {
    expect([dollars(1_999_500_000, 0), dollars(-499_999, 0)]).toEqual(['$2,000', '$0']);
  });

  test.each([
    [0, '$0'],
    [-999_000_000, '-$999'],
    [999_400_000, '$999'],
    [999_500_000, '$1.0k'],
    [-12_345_000_000, '-$12.3k'],
    [99_949_000_000, '$99.9k'],
    [99_950_000_000, '$100k'],
    [999_499_000_000, '$999k'],
    [999_500_000_000, '$1.0M'],
    [-123_456_000_000_000, '-$123M'],
  ])('REPORT-3 %i micro-dollars read %s where space is scarce', (micro, text) => {
    expect(compactDollars(micro)).toBe(text);
  });
});

describe('a table', () => {
  test('REPORT-4 sets figures to the right and words to the left, with no space behind', () => {
    expect(
      table([
        ['name', 'orders', 'share', 'why'],
        ['a', '1', '-$1,200.50', 'one'],
        ['longer', '1234', '5 %', ''],
        ['b', 'none', '$3', 'three', 'and more'],
      ]),
    ).toBe(
      [
        'name    orders  share       why',
        'a            1  -$1,200.50  one',
        'longer    1234         5 %',
        'b       none            $3  three  and more',
      ].join('\n'),
    );
    expect(table([])).toBe('');
  });
});
