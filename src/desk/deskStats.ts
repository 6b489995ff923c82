import type { Order } from '../accounts/order.ts';
import { LatencySample } from './latency.ts';
import { SignalBook } from './signalBook.ts';

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
  readonly signals: SignalBook = new SignalBook();
  readonly rejectReasons: Map<string, number> = new Map();
  /** Decision of the gate to bytes handed to the socket. */
  readonly toSocket = new LatencySample();
  /** Decision to the exchange's answer, less its own taker delay. */
  readonly toAnswer = new LatencySample();

  reserved(order: Order): void {
    this.orders += 1;
    this.signals.order(order.request.strategy, order.request.parent);
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
}
