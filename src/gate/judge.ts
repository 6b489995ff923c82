import type { Market } from '../protocol/market.ts';
import type { Coverage } from './coverage.ts';
import { Entry } from './entry.ts';
import type { ExposureBook } from './exposureBook.ts';
import type { LimitTable } from './gateLimits.ts';
import type { MirrorRule } from './mirrorRule.ts';
import type { OrderRequest } from './orderRequest.ts';
import {
  canIncrease,
  checkAttached,
  checkPreTrade,
  type GateFacts,
  type PreTrade,
} from './preTrade.ts';
import { type Refusal, refuse } from './refusal.ts';
import { judgeSelfTrade } from './selfTrade.ts';
import { attachedRequest, checkShape } from './shape.ts';

/** What one decision has found so far. */
export interface Trial {
  /** Of the requests, in the book while they are judged. */
  readonly entries: Entry[];
  /** Of what the venue would create by itself, in the book as well. */
  readonly attached: Entry[];
  /** What is in the way of each that does not pass freely. */
  readonly conflicts: { readonly entry: Entry; readonly opponents: readonly Entry[] }[];
}

export interface JudgeParts {
  readonly markets: readonly Market[];
  readonly facts: GateFacts;
  readonly limits: LimitTable;
  readonly book: ExposureBook;
  readonly mirror: MirrorRule;
  readonly coverage: Coverage;
}

/** Every check of a decision, in its order. */
export class Judge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** What passes stays in the book, so that the next request meets it; the caller takes it out again. */
  examine(requests: readonly OrderRequest[], nowMs: number, trial: Trial): Refusal | undefined {
    const { markets, coverage } = this.#parts;
    for (const request of requests) {
      const refusal =
        checkShape(request, markets.length) ?? coverage.check(request) ?? this.#checkEdit(request);
      if (refusal !== undefined) return refusal;
    }
    for (const request of requests) {
      const refusal = this.#place(request, trial);
      if (refusal !== undefined) return refusal;
    }
    const refusal = this.#checkMirror(trial.entries, nowMs);
    if (refusal !== undefined) return refusal;
    for (let i = 0; i < trial.entries.length; i += 1) {
      const entry = trial.entries[i] as Entry;
      const clamped = entry.request !== requests[i];
      const refusal = checkPreTrade(entry, clamped, this.#context(entry, nowMs));
      if (refusal !== undefined) return refusal;
    }
    for (const entry of trial.attached) {
      const refusal = checkAttached(entry, this.#context(entry, nowMs));
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #checkEdit(request: OrderRequest): Refusal | undefined {
    const { replaces } = request;
    if (replaces === undefined) return undefined;
    const edited = this.#parts.book.order(replaces);
    if (edited !== undefined && isEditOf(edited, request)) return undefined;
    return refuse('NOT_EDITABLE', request, { note: `order ${replaces}` });
  }

  #place(request: OrderRequest, trial: Trial): Refusal | undefined {
    const { book, facts, mirror } = this.#parts;
    const { account, market, side, strategy, precedence, attached } = request;
    const workingLots = book.workingLots(account, market, side);
    const increases = canIncrease(request, facts, workingLots);
    if (increases && precedence !== 'hedge' && mirror.isHalted(strategy)) {
      return refuse('STRATEGY_HALTED', request);
    }
    const refusal = this.#meet(new Entry(request, increases), trial.entries, trial);
    if (refusal !== undefined || attached === undefined) return refusal;
    // The venue arms them when their order fills, and keeps an account from trading with itself, so
    // they are not judged against the order that carries them.
    const carrier = trial.entries.pop() as Entry;
    book.remove(carrier);
    let found: Refusal | undefined;
    for (const stop of attached) {
      found ??= this.#meet(new Entry(attachedRequest(request, stop), false), trial.attached, trial);
    }
    book.insert(carrier);
    trial.entries.push(carrier);
    return found;
  }

  #meet(asked: Entry, into: Entry[], trial: Trial): Refusal | undefined {
    const { book } = this.#parts;
    const verdict = judgeSelfTrade(book, asked);
    if (!verdict.passes) return verdict.refusal;
    const { entry, inTheWay } = verdict;
    if (inTheWay.length > 0) trial.conflicts.push({ entry, opponents: inTheWay });
    book.insert(entry);
    into.push(entry);
    return undefined;
  }

  #checkMirror(entries: readonly Entry[], nowMs: number): Refusal | undefined {
    const finding = this.#parts.mirror.judge(entries, nowMs);
    if (finding === undefined) return undefined;
    const { code, entry } = finding;
    if (code === 'MIRROR_REVIEW') return refuse(code, entry.request);
    const { otherAccount, lots, otherLots, retryAtMs } = finding;
    return refuse(code, entry.request, {
      otherAccount,
      measure: { unit: 'lots', actual: lots, bound: otherLots },
      ...(retryAtMs === undefined ? {} : { retryAtMs }),
    });
  }

  #context({ market, request }: Entry, nowMs: number): PreTrade {
    const { markets, facts, limits } = this.#parts;
    return {
      market: markets[market] as Market,
      limits: limits.of(request.account, market),
      facts,
      nowMs,
    };
  }
}

/** An edit may change price and amount, and nothing else. */
function isEditOf({ request, mayRest, state }: Entry, edit: OrderRequest): boolean {
  return (
    state !== 'FOREIGN' &&
    mayRest &&
    request.kind === 'limit' &&
    request.account === edit.account &&
    request.market === edit.market &&
    request.side === edit.side &&
    request.reduceOnly === edit.reduceOnly &&
    request.clientOrderId === edit.clientOrderId
  );
}
