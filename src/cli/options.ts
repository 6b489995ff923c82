import { Option } from 'commander';
import { BreakwaterError } from '../std/errors.ts';

/** What the text of an option may be: `read` answers undefined for anything else. */
export interface Kind<T> {
  /** Completes "expected ...". */
  readonly expected: string;
  read(text: string): T | undefined;
}

/** An option with a value; a bad one is refused with option, expectation and value in a sentence. */
export function valueOption<T>(
  flags: string,
  description: string,
  kind: Kind<T>,
  byDefault?: T,
): Option {
  const option = new Option(flags, description).argParser((text) => {
    const value = kind.read(text);
    if (value !== undefined) return value;
    const got = JSON.stringify(text);
    throw new BreakwaterError(
      'USAGE',
      `option ${option.long}: expected ${kind.expected}, got ${got}`,
    );
  });
  return byDefault === undefined ? option : option.default(byDefault);
}

export function wholeNumber(low: number, high: number): Kind<number> {
  return {
    expected: `a whole number from ${low} to ${high}`,
    read: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= low && value <= high ? value : undefined;
    },
  };
}

export function decimalNumber(low: number, high: number): Kind<number> {
  return {
    expected: `a number from ${low} to ${high}`,
    read: (text) => {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      return value >= low && value <= high ? value : undefined;
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Timers of Node overflow at 24.8 days. */
const LONGEST_MS = 480 * 3_600_000;

/** A duration such as `90s`, `5m` or `1h`, in milliseconds. */
export const duration: Kind<number> = {
  expected: 'a duration such as 60s, 5m or 1h, from 1ms to 480h',
  read: (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
    const value = Math.round(Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? 0));
    return value >= 1 && value <= LONGEST_MS ? value : undefined;
  },
};

/** The path of a file or a folder. */
export const path: Kind<string> = {
  expected: 'a path',
  read: (text) => (text === '' ? undefined : text),
};
