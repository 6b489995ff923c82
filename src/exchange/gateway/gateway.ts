import type { Answer, OperationKey } from '../core/exchange.ts';
import type { ExchangeState } from '../core/exchangeState.ts';
import type { Truth } from '../core/truth.ts';
import type { ExchangeSettings } from '../settings.ts';
import type { CreditMeters } from './credits/creditMeters.ts';
import type { Faults } from './faults/faults.ts';

/** What the two transports need of the running exchange. */
export interface Gateway {
  readonly settings: ExchangeSettings;
  readonly meters: CreditMeters;
  readonly truth: Truth;
  /** What goes wrong on purpose. */
  readonly faults: Faults;
  /** The exchange's clock, wall ms. */
  nowMs(): number;
  /** The clock that no fault moves, ms. */
  steadyMs(): number;
  /** Reads the exchange as it is now. */
  run<T>(read: (state: ExchangeState) => T): T;
  /** Hands a request body that came from `peer` to the exchange, at its own time. */
  submit(key: OperationKey, body: unknown, peer: string, answer: Answer): void;
}
