import { FEE_TIERS } from '../../../ledger/fees.ts';
import { safe } from '../../../std/integers.ts';

const DAYS = 14;

/** What each family has traded in the last 14 days, which its fee level follows from once a day. */
export class FamilyVolumes {
  /** Micro-dollars by family; today first, then the days before. */
  readonly #days: Map<number, number[]> = new Map();

  /** Every fill of an account counts, whether it made or took. */
  add(family: number, notionalMicro: number): void {
    const days = this.#days.get(family);
    if (days === undefined) this.#days.set(family, [notionalMicro]);
    else days[0] = safe((days[0] as number) + notionalMicro);
  }

  /** So many days have ended. */
  turn(days: number): void {
    for (const [family, volumes] of this.#days) {
      const over = Array.from({ length: Math.min(days, DAYS + 1) }, () => 0);
      const left = [...over, ...volumes].slice(0, DAYS + 1);
      if (left.every((volume) => volume === 0)) this.#days.delete(family);
      else this.#days.set(family, left);
    }
  }

  /** Volume of the 14 days that ended last, micro-dollars. */
  volumeMicro(family: number): number {
    const ended = this.#days.get(family)?.slice(1) ?? [];
    return ended.reduce((sum, volume) => safe(sum + volume), 0);
  }

  /** Fee level by that volume. */
  level(family: number): number {
    const volume = this.volumeMicro(family);
    return FEE_TIERS.findLastIndex((tier, level) => level === 0 || volume > tier.volumeMicro);
  }
}
