import { mulDiv, type Rounding } from '../std/integers.ts';

/** One row of the exchange's fee table. */
export interface FeeTier {
  /** 14-day volume of the family from which the tier holds, micro-dollars. */
  readonly volumeMicro: number;
  /** Fractions of the notional in 10^-9. */
  readonly makerNano: number;
  readonly takerNano: number;
}

const MILLION = 1_000_000 * 1_000_000;

/** By fee level, 0 to 7 (reference: fees, tiers 1 to 5 and VIP 1 to 3). No maker rebate. */
export const FEE_TIERS: readonly FeeTier[] = [
  { volumeMicro: 0, makerNano: 150_000, takerNano: 400_000 },
  { volumeMicro: 5 * MILLION, makerNano: 120_000, takerNano: 380_000 },
  { volumeMicro: 10 * MILLION, makerNano: 90_000, takerNano: 360_000 },
  { volumeMicro: 25 * MILLION, makerNano: 60_000, takerNano: 340_000 },
  { volumeMicro: 50 * MILLION, makerNano: 30_000, takerNano: 320_000 },
  { volumeMicro: 100 * MILLION, makerNano: 0, takerNano: 300_000 },
  { volumeMicro: 250 * MILLION, makerNano: 0, takerNano: 290_000 },
  { volumeMicro: 500 * MILLION, makerNano: 0, takerNano: 280_000 },
];

/** Fee on a notional, micro-dollars: the exchange keeps six decimals and rounds half up. */
export function feeMicro(
  notionalMicro: number,
  rateNano: number,
  rounding: Rounding = 'half-up',
): number {
  return mulDiv(notionalMicro, rateNano, 1_000_000_000, rounding);
}
