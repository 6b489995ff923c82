import {
  CreditBucket,
  DEFAULT_QUOTA_TENTHS,
  type Spend,
  UNIDENTIFIED_QUOTA_TENTHS,
} from '../protocol/credits.ts';
import type { Credits } from '../protocol/frames/frame.ts';
import { COST } from '../protocol/operations/operation.ts';
import type { KernelContext } from './kernelContext.ts';
import { LANES, type Lane } from './lanes.ts';

/** Lanes that may use the reserve: cancels, kills, and the proof at the end that they worked. */
const URGENT: ReadonlySet<Lane> = new Set(['kill', 'cancel', 'verify']);
/** Lanes that go before new risk and so never find the last credits taken by it. */
const PROTECTIVE: ReadonlySet<Lane> = new Set(['reduce', 'hedge', 'evidence']);
/** What evidence, new risk and polls leave over for hedges and reductions, of {@link DEFAULT_QUOTA_TENTHS}. */
const HEDGE_RESERVE_TENTHS = 200;
/** What new risk and polls leave over for evidence besides. */
const EVIDENCE_RESERVE_TENTHS = 200;

/** Work that waits for its turn: durable record, credits, stronger lanes. */
export interface OutboxItem {
  readonly requestId: number;
  readonly lane: Lane;
  readonly costTenths: number;
  /** What it costs while the exchange knows no API config key of the family, where that is more. */
  readonly keylessTenths?: number;
  /** Sequence number that must be on the disk first; 0 for cancels and reads, which never wait. */
  readonly afterSeq: number;
  /** Puts it on the wire, once, when its turn has come; false when it is not worth sending any more. */
  readonly go: () => boolean;
}

/** One family's queue and its credit bucket. */
class FamilyOutbox {
  readonly bucket: CreditBucket;
  readonly lanes: readonly OutboxItem[][] = LANES.map(() => []);
  /** What was sent and not answered yet. */
  readonly inFlight: Map<number, Spend> = new Map();
  timer = 0;
  peakMinuteTenths = 0;
  isPumping = false;
  /** Something was added or freed that has not been looked at. */
  isDirty = false;

  constructor(quotaTenths: number, reserveTenths: number) {
    this.bucket = new CreditBucket(quotaTenths, ofQuota(quotaTenths, reserveTenths));
  }

  costOf(item: OutboxItem): number {
    return this.bucket.isIdentified ? item.costTenths : (item.keylessTenths ?? item.costTenths);
  }

  /** What a lane that is not urgent leaves over for others, in tenths. */
  withheld(lane: Lane): number {
    return ofQuota(this.bucket.quotaTenths, withheld(lane));
  }
}

/**
 * The queue of each family, emptied by priority as far as durability and credits allow. Families
 * without an API config key share the credits of the desk's address, and so one queue.
 */
export class Outbox {
  readonly #context: KernelContext;
  readonly #families: readonly FamilyOutbox[];
  /** Each once. */
  readonly #queues: ReadonlySet<FamilyOutbox>;
  #noNewRisk = false;

  /** `reserveTenths` of {@link DEFAULT_QUOTA_TENTHS} are kept, and as large a share of any quota. */
  constructor(
    context: KernelContext,
    families: number,
    reserveTenths: number,
    keyless: ReadonlySet<number> = new Set(),
  ) {
    this.#context = context;
    const shared = new FamilyOutbox(UNIDENTIFIED_QUOTA_TENTHS, reserveTenths);
    this.#families = Array.from({ length: families }, (_, family) =>
      keyless.has(family) ? shared : new FamilyOutbox(DEFAULT_QUOTA_TENTHS, reserveTenths),
    );
    this.#queues = new Set(this.#families);
  }

  push(family: number, item: OutboxItem): void {
    this.#of(family).lanes[LANES.indexOf(item.lane)]?.push(item);
    this.#pump(this.#of(family));
  }

  /** Takes an item back; false when it has left already. */
  withdraw(family: number, requestId: number): boolean {
    const outbox = this.#of(family);
    for (const lane of outbox.lanes) {
      const at = lane.findIndex((item) => item.requestId === requestId);
      if (at < 0) continue;
      lane.splice(at, 1);
      this.#pump(outbox);
      return true;
    }
    return false;
  }

  /** A request was answered, or given up: its credits are counted in what the exchange says next. */
  settled(family: number, requestId: number): void {
    const { bucket, inFlight } = this.#of(family);
    const spend = inFlight.get(requestId);
    if (spend === undefined) return;
    inFlight.delete(requestId);
    bucket.settle(this.#context.nowMs, spend);
  }

  learn(family: number, credits: Credits): void {
    const outbox = this.#of(family);
    const { remainingTenths, quotaTenths, refreshS } = credits;
    outbox.bucket.learn(this.#context.nowMs, remainingTenths, quotaTenths, refreshS);
    this.#pump(outbox);
  }

  /** Whether new risk must wait, and would not if others had not spent what they did. */
  isShortByOthers(family: number): boolean {
    const outbox = this.#of(family);
    const missing = COST.action - this.#available(outbox, 'open');
    return missing > 0 && outbox.bucket.foreignTenths(this.#context.nowMs) > 0;
  }

  /** The family's connection was lost: behind the next one another quota may hold. */
  doubt(family: number): void {
    this.#of(family).bucket.doubt();
  }

  /** New risk has ended: what takes risk away, and what must be known for it, may use the reserve. */
  endNewRisk(): void {
    this.#noNewRisk = true;
    this.pumpAll();
  }

  /** Records became durable: what waited for them may go. */
  pumpAll(): void {
    for (const outbox of this.#queues) this.#pump(outbox);
  }

  /** Share of the quota, less the reserve, that ordinary work may still use: 0 to 1. */
  creditShare(family: number): number {
    const { bucket } = this.#of(family);
    const usable = Math.max(1, bucket.quotaTenths - bucket.reserveTenths);
    return Math.max(0, bucket.available(this.#context.nowMs, false)) / usable;
  }

  /** Tenths of a credit that a family spent in total, and in its busiest 60 s. */
  spent(family: number): { totalTenths: number; peakMinuteTenths: number } {
    const outbox = this.#of(family);
    return { totalTenths: outbox.bucket.totalTenths, peakMinuteTenths: outbox.peakMinuteTenths };
  }

  get queued(): number {
    return [...this.#queues].reduce(
      (sum, outbox) => sum + outbox.lanes.reduce((count, lane) => count + lane.length, 0),
      0,
    );
  }

  /**
   * When as much new risk as `costTenths` could be sent: now (0), or after so many ms. Whoever would
   * have to wait long is told so before anything is reserved.
   */
  waitMs(family: number, lane: Lane, costTenths: number): number {
    const outbox = this.#of(family);
    const ahead = outbox.lanes
      .flatMap((items, i) => (this.#goesFirst(LANES[i] as Lane, lane) ? items : []))
      .reduce((sum, item) => sum + outbox.costOf(item), 0);
    const wanted = ahead + costTenths;
    const { nowMs } = this.#context;
    if (this.#available(outbox, lane) >= wanted) return 0;
    return this.#availableAt(outbox, lane, wanted) - nowMs;
  }

  #available(outbox: FamilyOutbox, lane: Lane): number {
    const isUrgent = this.#isUrgent(lane);
    const left = outbox.bucket.available(this.#context.nowMs, isUrgent);
    return isUrgent ? left : left - outbox.withheld(lane);
  }

  #availableAt(outbox: FamilyOutbox, lane: Lane, tenths: number): number {
    const { nowMs } = this.#context;
    const isUrgent = this.#isUrgent(lane);
    const needed = isUrgent ? tenths : tenths + outbox.withheld(lane);
    return outbox.bucket.availableAt(nowMs, needed, isUrgent);
  }

  #isUrgent(lane: Lane): boolean {
    return URGENT.has(lane) || (this.#noNewRisk && PROTECTIVE.has(lane));
  }

  /** Whether what waits in `one` may take credits before what comes to `other`. */
  #goesFirst(one: Lane, other: Lane): boolean {
    if (LANES.indexOf(one) <= LANES.indexOf(other)) return true;
    return this.#isUrgent(one) && !this.#isUrgent(other);
  }

  /** Empties the lanes as far as they go; what a departure adds meanwhile has its turn as well. */
  #pump(outbox: FamilyOutbox): void {
    outbox.isDirty = true;
    if (outbox.isPumping) return;
    outbox.isPumping = true;
    let wakeMs: number | undefined;
    while (outbox.isDirty) {
      outbox.isDirty = false;
      wakeMs = this.#empty(outbox);
    }
    outbox.isPumping = false;
    this.#context.clear(outbox.timer);
    if (wakeMs === undefined) return;
    outbox.timer = this.#context.after(wakeMs - this.#context.nowMs, () => this.#pump(outbox));
  }

  /**
   * Every lane in its order. One that waits for credits holds back those below it, but for urgent
   * ones below an ordinary one: theirs are credits that it cannot have. Returns when there will be
   * credits for what waits.
   */
  #empty(outbox: FamilyOutbox): number | undefined {
    let waiting: Lane | undefined;
    let wakeMs: number | undefined;
    for (const [i, items] of outbox.lanes.entries()) {
      const lane = LANES[i] as Lane;
      if (waiting !== undefined && !this.#goesFirst(lane, waiting)) continue;
      for (;;) {
        const at = items.findIndex((item) => item.afterSeq <= this.#context.durableSeq);
        const item = items[at];
        if (item === undefined) break;
        const costTenths = outbox.costOf(item);
        if (this.#available(outbox, lane) < costTenths) {
          const atMs = this.#availableAt(outbox, lane, costTenths);
          wakeMs = wakeMs === undefined || atMs < wakeMs ? atMs : wakeMs;
          waiting = lane;
          break;
        }
        items.splice(at, 1);
        this.#send(outbox, item);
      }
    }
    return wakeMs;
  }

  #send(outbox: FamilyOutbox, item: OutboxItem): void {
    const costTenths = outbox.costOf(item);
    if (!item.go()) return;
    const { bucket } = outbox;
    outbox.inFlight.set(item.requestId, bucket.spend(this.#context.nowMs, costTenths));
    const minute = bucket.spentInWindow(this.#context.nowMs);
    if (minute > outbox.peakMinuteTenths) outbox.peakMinuteTenths = minute;
  }

  #of(family: number): FamilyOutbox {
    const outbox = this.#families[family];
    if (outbox === undefined) throw new RangeError(`no family ${family}`);
    return outbox;
  }
}

/** As large a share of `quotaTenths` as `tenths` is of the usual quota. */
function ofQuota(quotaTenths: number, tenths: number): number {
  return Math.round((tenths * quotaTenths) / DEFAULT_QUOTA_TENTHS);
}

/** What a lane that is not urgent leaves over for others, of {@link DEFAULT_QUOTA_TENTHS}. */
function withheld(lane: Lane): number {
  if (lane === 'evidence') return HEDGE_RESERVE_TENTHS;
  return PROTECTIVE.has(lane) ? 0 : HEDGE_RESERVE_TENTHS + EVIDENCE_RESERVE_TENTHS;
}
