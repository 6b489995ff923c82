import { FamilyVolumes } from './familyVolumes.ts';
import { MarginWatch } from './marginWatch.ts';

/** What the exchange keeps beside its accounts to work their money. */
export class MoneyState {
  readonly watch: MarginWatch;
  readonly volumes: FamilyVolumes = new FamilyVolumes();
  /** Collateral that the backstop took over, less deficits that it covered, micro-dollars. */
  backstopMicro = 0;
  /** Market liquidations under way, by account and what stands on its own money. */
  readonly cuts: Set<string> = new Set();
  /** Tape times of the next funding sample and the next payment; unset before the first step. */
  sampleTapeMs: number = Number.NaN;
  hourTapeMs: number = Number.NaN;
  /** Day by the clock of the fee tiers; unset before the first step. */
  feeDay: number = Number.NaN;
  /** Wall time of the next equity samples. */
  equityMs = 0;

  constructor(markets: number) {
    this.watch = new MarginWatch(markets);
  }
}
