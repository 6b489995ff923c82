// The 72 cases of the reference in one table. Each is played three times: with the gate, which must
// answer as the case says; with one that lets everything pass, under which every case that expects a
// block must fail; and with one that refuses everything, under which every case that expects an order
// to pass must fail. So none of them can pass by itself.
import { describe, expect, test } from '@jest/globals';
import { AMEND_CASES } from './cases/amendCases.ts';
import { BASIC_CASES } from './cases/basicCases.ts';
import { NUMBER_CASES } from './cases/numberCases.ts';
import { OUTSIDE_CASES } from './cases/outsideCases.ts';
import { RACE_CASES } from './cases/raceCases.ts';
import { RECOVERY_CASES } from './cases/recoveryCases.ts';
import { type Case, CaseFailed, CaseStage, type Door } from './cases/stage.ts';
import { STOP_CASES } from './cases/stopCases.ts';
import { TYPE_CASES } from './cases/typeCases.ts';

const CASES: readonly Case[] = [
  ...BASIC_CASES,
  ...TYPE_CASES,
  ...STOP_CASES,
  ...RACE_CASES,
  ...AMEND_CASES,
  ...RECOVERY_CASES,
  ...OUTSIDE_CASES,
  ...NUMBER_CASES,
];
const ROWS = CASES.map((each) => [each.number, each.title, each] as const);

/** What the case missed with this gate. */
function failureWith(door: Door, { play }: Case): unknown {
  try {
    play(new CaseStage(door));
    return 'none';
  } catch (thrown) {
    return thrown instanceof CaseFailed ? thrown.expected : thrown;
  }
}

test('the table has all 72 cases, in their order', () => {
  expect(CASES.map(({ number }) => number)).toEqual(Array.from({ length: 72 }, (_, i) => i + 1));
});

describe('the gate', () => {
  test.each(ROWS)('GATE-52 case %i: %s', (_number, _title, each) => {
    const stage = new CaseStage('gate');
    each.play(stage);
    expect([...stage.expected].sort()).toEqual([...each.expects].sort());
  });
});

describe('a gate that lets everything pass fails', () => {
  const blocking = ROWS.filter(([, , { expects }]) => expects.includes('block'));
  test.each(blocking)('GATE-52 case %i: %s', (_number, _title, each) => {
    expect(failureWith('allow all', each)).toBe('block');
  });
});

describe('a gate that refuses everything fails', () => {
  const allowing = ROWS.filter(([, , { expects }]) => expects.includes('allow'));
  test.each(allowing)('GATE-52 case %i: %s', (_number, _title, each) => {
    expect(failureWith('refuse all', each)).toBe('allow');
  });
});
