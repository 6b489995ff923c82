import { InvalidArgumentError } from 'commander';

/** Parsers of option values; commander puts the option's name in front of the sentence. */

export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

export function positiveNumber(high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value > 0) || value > high) {
      throw new InvalidArgumentError(`Expected a number above 0 and up to ${high}.`);
    }
    return value;
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration such as `90s`, `5m` or `1h`, in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
  if (!(value > 0)) {
    throw new InvalidArgumentError('Expected a duration above zero such as 60s, 5m or 1h.');
  }
  return Math.round(value);
}
