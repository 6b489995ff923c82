import { BreakwaterError, messageOf } from '../../../std/errors.ts';
import type { Fault, FaultKind, FaultProfile } from './fault.ts';

type Field = Exclude<keyof Fault, 'kind'>;

interface FieldKind {
  /** Completes "expected ...". */
  readonly expected: string;
  is(value: unknown): boolean;
}

const DAY_MS = 86_400_000;
const MOST_FAULTS = 100;

const text: FieldKind = {
  expected: 'a text',
  is: (value) => typeof value === 'string' && value !== '',
};

function whole(low: number, high: number): FieldKind {
  return {
    expected: `a whole number from ${low} to ${high}`,
    is: (value) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high,
  };
}

function oneOf(...known: readonly unknown[]): FieldKind {
  const names = known.map((each) => JSON.stringify(each)).join(', ');
  return { expected: `one of ${names}`, is: (value) => known.includes(value) };
}

const FIELDS: Readonly<Record<Field, FieldKind>> = {
  channel: text,
  account: text,
  operation: text,
  symbol: text,
  transport: oneOf('rest', 'ws'),
  at: oneOf('before', 'after'),
  status: oneOf(429, 500, 502, 503, 504),
  ms: whole(-DAY_MS, DAY_MS),
  afterMs: whole(0, DAY_MS),
  forMs: whole(0, DAY_MS),
  probability: {
    expected: 'a number above 0, at most 1',
    is: (value) => typeof value === 'number' && value > 0 && value <= 1,
  },
  every: whole(1, 1_000_000),
  next: whole(1, 1_000_000),
};

const WINDOW: readonly Field[] = ['afterMs', 'forMs'];
const OFTEN: readonly Field[] = ['probability', 'every', 'next'];
const FRAME: readonly Field[] = ['channel', 'account', ...WINDOW, ...OFTEN];
const REQUEST: readonly Field[] = ['operation', 'account', 'transport', 'at', ...WINDOW, ...OFTEN];

interface Shape {
  readonly needs: readonly Field[];
  readonly may: readonly Field[];
}

const SHAPES: Readonly<Record<FaultKind, Shape>> = {
  drop: { needs: [], may: FRAME },
  delay: { needs: ['ms'], may: FRAME },
  duplicate: { needs: [], may: FRAME },
  reorder: { needs: [], may: [...FRAME, 'ms'] },
  cut: { needs: [], may: FRAME },
  answer: { needs: ['status'], may: REQUEST },
  timeout: { needs: [], may: REQUEST },
  'cut-request': { needs: [], may: REQUEST },
  'omit-id': { needs: [], may: ['operation', 'account', ...WINDOW, ...OFTEN] },
  stale: { needs: [], may: ['channel', 'account', ...WINDOW] },
  'half-open': { needs: [], may: ['ms', ...WINDOW, ...OFTEN] },
  clock: { needs: ['ms'], may: WINDOW },
  halt: { needs: [], may: ['symbol', ...WINDOW] },
  restart: { needs: ['forMs'], may: ['afterMs', 'status'] },
};

/**
 * Reads a fault profile; `where` (a file name) begins every sentence. Throws `CONFIG_INVALID` with
 * the first problem: where, what was expected, what was found.
 */
export function parseFaults(content: string, where: string): FaultProfile {
  const fail = (sentence: string): never => {
    throw new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
  };
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    return fail(`not JSON: ${messageOf(error)}`);
  }
  if (!isObject(json)) return fail('expected an object with the field "faults"');
  const strange = Object.keys(json).find((key) => key !== 'seed' && key !== 'faults');
  if (strange !== undefined) return fail(unknown(strange));
  const { faults, seed = 1 } = json;
  const anySeed = whole(0, 4_294_967_295);
  if (!anySeed.is(seed)) return fail(wrong('seed', anySeed.expected, seed));
  if (!Array.isArray(faults)) return fail(wrong('faults', 'a list', faults));
  if (faults.length > MOST_FAULTS) {
    return fail(`field "faults": expected at most ${MOST_FAULTS} faults, got ${faults.length}`);
  }
  for (const [i, each] of faults.entries()) {
    const problem = problemOf(each, `faults.${i}`);
    if (problem !== undefined) return fail(problem);
  }
  return { seed: Number(seed), faults: faults as Fault[] };
}

function problemOf(fault: unknown, at: string): string | undefined {
  if (!isObject(fault)) return wrong(at, 'an object', fault);
  const kinds = Object.keys(SHAPES);
  const { kind } = fault;
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    return wrong(`${at}.kind`, oneOf(...kinds).expected, kind);
  }
  const { may, needs } = SHAPES[kind as FaultKind];
  const known = [...needs, ...may];
  for (const [name, value] of Object.entries(fault)) {
    if (name === 'kind') continue;
    const field = known.find((each) => each === name);
    if (field === undefined) return unknown(`${at}.${name}`);
    if (!FIELDS[field].is(value)) return wrong(`${at}.${name}`, FIELDS[field].expected, value);
  }
  const missing = needs.find((name) => fault[name] === undefined);
  if (missing !== undefined) {
    return wrong(`${at}.${missing}`, FIELDS[missing].expected, undefined);
  }
  if (OFTEN.filter((name) => fault[name] !== undefined).length > 1) {
    return `field "${at}": expected one of probability, every and next, got more than one`;
  }
  if (kind !== 'clock' && Number(fault.ms ?? 0) < 0) {
    return wrong(`${at}.ms`, `a whole number from 0 to ${DAY_MS}`, fault.ms);
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(field: string, expected: string, got: unknown): string {
  const found = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 100);
  return `field "${field}": expected ${expected}, got ${found}`;
}

function unknown(field: string): string {
  return `unknown field "${field}"; remove it or correct its name`;
}
