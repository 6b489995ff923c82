import { BreakwaterError } from '../std/errors.ts';
import type { MirrorThresholds } from './mirrorRule.ts';

const { min } = Math;

/** Limits of one scope. What a scope leaves out, the others must say. */
export interface LimitSet {
  /** Largest notional of an opening, basis points of its account's equity. */
  readonly orderShareBps?: number;
  /** How far through the reference price an opening may reach, basis points. */
  readonly collarBps?: number;
  /** The same for orders that only reduce a position; meant to be wider. */
  readonly reductionCollarBps?: number;
  /** Oldest reference price on which an order is judged. */
  readonly maxReferenceAgeMs?: number;
}

/** The scopes; the tightest limit wins. */
export interface GateLimits {
  readonly default: LimitSet;
  readonly accounts?: ReadonlyMap<number, LimitSet>;
  readonly markets?: ReadonlyMap<number, LimitSet>;
  readonly mirror?: Partial<MirrorThresholds>;
}

/** What no configuration can exceed. */
const LIMIT_CEILINGS: Readonly<Required<LimitSet>> = {
  orderShareBps: 1000,
  collarBps: 500,
  reductionCollarBps: 2000,
  maxReferenceAgeMs: 60_000,
};

const NAMES = ['orderShareBps', 'collarBps', 'reductionCollarBps', 'maxReferenceAgeMs'] as const;
export type LimitName = (typeof NAMES)[number];

/** The limits in force for each account and market. */
export class LimitTable {
  readonly #limits: GateLimits;
  readonly #marketCount: number;
  readonly #inForce: LimitSet[] = [];

  /** Throws `CONFIG_INVALID` when a limit is above its ceiling or no whole number above zero. */
  constructor(limits: GateLimits, marketCount: number) {
    checkScope('default', limits.default);
    for (const [account, set] of limits.accounts ?? []) checkScope(`account ${account}`, set);
    for (const [market, set] of limits.markets ?? []) checkScope(`market ${market}`, set);
    this.#limits = limits;
    this.#marketCount = marketCount;
  }

  of(account: number, market: number): LimitSet {
    const at = account * this.#marketCount + market;
    const known = this.#inForce[at];
    if (known !== undefined) return known;
    const { default: everywhere, accounts, markets } = this.#limits;
    const set = tightest([everywhere, accounts?.get(account), markets?.get(market)]);
    this.#inForce[at] = set;
    return set;
  }
}

function tightest(scopes: readonly (LimitSet | undefined)[]): LimitSet {
  const set: { -readonly [name in LimitName]?: number } = {};
  for (const scope of scopes) {
    for (const name of NAMES) {
      const limit = scope?.[name];
      if (limit !== undefined) set[name] = min(limit, set[name] ?? limit);
    }
  }
  return set;
}

function checkScope(scope: string, set: LimitSet): void {
  for (const name of NAMES) {
    const limit = set[name];
    if (limit === undefined) continue;
    if (Number.isInteger(limit) && limit > 0 && limit <= LIMIT_CEILINGS[name]) continue;
    throw new BreakwaterError(
      'CONFIG_INVALID',
      `limits of ${scope}: ${name} is ${limit}, expected a whole number from 1 to ${LIMIT_CEILINGS[name]}`,
    );
  }
}
