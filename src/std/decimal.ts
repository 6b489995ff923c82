import { BreakwaterError } from './errors.ts';
import { safe } from './integers.ts';

/**
 * A decimal grid: `units` steps of 10^-decimals make one step of the grid. The tick size `"0.5"` is
 * `{ step: 5, decimals: 1 }`, the lot size `"0.00001"` is `{ step: 1, decimals: 5 }`.
 */
export interface Grid {
  readonly step: number;
  readonly decimals: number;
}

/** Dollars in micro-dollars. */
export const DOLLARS: Grid = { step: 1, decimals: 6 };

/** Fractions (fee rates, funding rates) in 10^-9. */
export const RATE: Grid = { step: 1, decimals: 9 };

const SHAPE = /^(-?)(\d{1,16})(?:\.(\d{1,24}))?$/;

/** The grid whose step is the decimal string `text`. */
export function gridOf(text: string): Grid {
  const match = SHAPE.exec(text);
  const fraction = match?.[3]?.replace(/0+$/, '') ?? '';
  const step = match ? Number((match[2] ?? '') + fraction) : 0;
  if (!match || match[1] === '-' || step === 0 || !Number.isSafeInteger(step)) {
    throw new BreakwaterError('NUMBER_INVALID', `expected a positive decimal step, got "${text}"`);
  }
  return { step, decimals: fraction.length };
}

/**
 * `text` in steps of `grid`, or `undefined` when it is not a decimal number, lies between two steps
 * or leaves 2^53. Trailing zeros are fine: `"100000.00"` on a grid of 1 is 100000.
 */
export function parseExact(text: string, grid: Grid): number | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > grid.decimals) return undefined;
  const digits = Number((match[2] ?? '') + fraction.padEnd(grid.decimals, '0'));
  if (!Number.isSafeInteger(digits) || digits % grid.step !== 0) return undefined;
  const value = digits / grid.step;
  return match[1] === '-' ? 0 - value : value;
}

/**
 * `text` in steps of `grid`, rounded to the nearest step (halves away from zero). For figures that
 * the venue publishes finer than the grid, such as mark prices.
 */
export function parseNearest(text: string, grid: Grid): number | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const { step, decimals } = grid;
  const fraction = match[3] ?? '';
  const digits = Number((match[2] ?? '') + fraction.slice(0, decimals).padEnd(decimals, '0'));
  const rest = digits % step;
  // Half a step ends at most one digit beyond the grid's decimals, so one more digit decides.
  const up = rest * 20 + Number(fraction[decimals] ?? 0) * 2 >= step * 10;
  const value = (digits - rest) / step + (up ? 1 : 0);
  if (!Number.isSafeInteger(digits) || !Number.isSafeInteger(value)) return undefined;
  return match[1] === '-' ? 0 - value : value;
}

/** The shortest decimal string of `value` steps: no exponent, no trailing zeros. */
export function format(value: number, grid: Grid): string {
  const scaled = safe(value * grid.step);
  if (grid.decimals === 0) return String(scaled);
  const digits = String(scaled < 0 ? -scaled : scaled).padStart(grid.decimals + 1, '0');
  const fraction = digits.slice(-grid.decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -grid.decimals);
  return (scaled < 0 ? '-' : '') + (fraction === '' ? whole : `${whole}.${fraction}`);
}
