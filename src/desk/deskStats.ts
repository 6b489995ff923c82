import type { Order } from '../accounts/order.ts';
import { LatencySample } from './latency.ts';

/** What one strategy's signals led to. */
export interface SignalCount {
  signals: number;
  orders: number;
  /** Latest words of it. */
  last: string;
}

/** Counters and latencies of a run, for progress lines and reports. */
export class DeskStats {
  orders = 0;
  sent = 0;
  cancels = 0;
  deferrals = 0;
  fills = 0;
  rejects = 0;
  unknowns = 0;
  /** Orders that never left: withdrawn in time, or too late to be signed. */
  notSent = 0;
  rateLimited = 0;
  snapshotChecks = 0;
  snapshotMismatches = 0;
  mismatches = 0;
  foreignOrders = 0;
  readonly refusals: Map<string, number> = new Map();
  readonly signals: Map<number, SignalCount> = new Map();
  readonly rejectReasons: Map<string, number> = new Map();
  /** Decision of the gate to bytes handed to the socket. */
  readonly toSocket = new LatencySample();
  /** Decision to the exchange's answer, less its own taker delay. */
  readonly toAnswer = new LatencySample();
  readonly #strategyOf = new Map<number, number>();

  signal(strategy: number, parent: number, signal: string): void {
    const count = this.#signalsOf(strategy);
    count.signals += 1;
    count.last = signal;
    this.#strategyOf.set(parent, strategy);
  }

  reserved(order: Order): void {
    this.orders += 1;
    this.#signalsOf(order.request.strategy).orders += 1;
  }

  /** Orders whose parent has no recorded signal: must stay at none. */
  isExplained(order: Order): boolean {
    return this.#strategyOf.has(order.request.parent);
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  rejected(reason: string): void {
    this.rejects += 1;
    this.rejectReasons.set(reason, (this.rejectReasons.get(reason) ?? 0) + 1);
  }

  get refusalCount(): number {
    return [...this.refusals.values()].reduce((sum, count) => sum + count, 0);
  }

  #signalsOf(strategy: number): SignalCount {
    let count = this.signals.get(strategy);
    if (count === undefined) {
      count = { signals: 0, orders: 0, last: '' };
      this.signals.set(strategy, count);
    }
    return count;
  }
}
