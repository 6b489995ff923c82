import { clamp, mulDiv, safe } from '../../../std/integers.ts';
import { HistoryLog } from '../accounts/historyLog.ts';

/** The funding of one hour, as `GET /funding_rate/history` lists it. */
export interface FundingRateRecord {
  readonly historyId: number;
  /** Prices in micro-dollars of a base unit; an impact price is 0 when the book did not reach it. */
  readonly oracleMicro: number;
  readonly bidImpactMicro: number;
  readonly askImpactMicro: number;
  /** Rate that was paid, in 10^-9, positive when longs pay. */
  readonly rateNano: number;
  /** Estimate for the hour that began. */
  readonly nextRateNano: number;
  readonly timeMs: number;
}

/** Prices of one moment that a premium follows from, micro-dollars of a base unit. */
export interface FundingPrices {
  readonly oracleMicro: number;
  readonly bidImpactMicro: number;
  readonly askImpactMicro: number;
}

const NANO = 1_000_000_000;
/** Interest of eight hours, and how far the premium may be off it before it counts; 10^-9. */
const INTEREST_NANO = 100_000;
const SLACK_NANO = 500_000;
/** The most that an hour costs: 4 %. */
const CAP_NANO = 40_000_000;
const HOURS = 8;

/**
 * Premium of the book over the oracle, in 10^-9: how far the impact prices lie beyond it. A side
 * that does not reach the impact notional adds nothing.
 */
export function premiumNano({
  askImpactMicro,
  bidImpactMicro,
  oracleMicro,
}: FundingPrices): number {
  if (oracleMicro === 0) return 0;
  const above = bidImpactMicro > oracleMicro ? bidImpactMicro - oracleMicro : 0;
  const below =
    askImpactMicro > 0 && askImpactMicro < oracleMicro ? oracleMicro - askImpactMicro : 0;
  return mulDiv(above - below, NANO, oracleMicro, 'half-up');
}

/** Funding of eight hours at a premium: premium + clamp(0.01 % − premium, ±0.05 %). */
function eightHoursNano(premium: number): number {
  return premium + clamp(INTEREST_NANO - premium, -SLACK_NANO, SLACK_NANO);
}

/** Funding rate of an hour with this premium throughout, in 10^-9. */
export function hourlyRateNano(premium: number): number {
  return capped(mulDiv(eightHoursNano(premium), 1, HOURS, 'half-up'));
}

function capped(rateNano: number): number {
  return clamp(rateNano, -CAP_NANO, CAP_NANO);
}

/** A market's funding rate: sampled, averaged over the hour, paid at its end. */
export class MarketFunding {
  readonly log: HistoryLog<FundingRateRecord>;
  /** Rate of the last hour that was paid. */
  lastRateNano: number = hourlyRateNano(0);
  #sumNano = 0;
  #samples = 0;

  constructor(historyRows: number) {
    this.log = new HistoryLog(historyRows, (record) => record.historyId);
  }

  /** Takes a premium that held at `count` moments of sampling. */
  sample(premium: number, count = 1): void {
    this.#sumNano = safe(this.#sumNano + eightHoursNano(premium) * count);
    this.#samples += count;
  }

  /** Average of the hour so far: the estimate of what it will cost. */
  get nextRateNano(): number {
    if (this.#samples === 0) return hourlyRateNano(0);
    return capped(mulDiv(this.#sumNano, 1, HOURS * this.#samples, 'half-up'));
  }

  /** Ends the hour: its rate, which holds until the next hour ends. Sampling starts anew. */
  endHour(): number {
    this.lastRateNano = this.nextRateNano;
    this.#sumNano = 0;
    this.#samples = 0;
    return this.lastRateNano;
  }
}
