import { type Account, holdingOf } from '../accounts/account.ts';
import { type ExchangeState, newHistoryId, newOrderId } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { accepted, business, type Refusal, type Result, refused } from '../requests/refusal.ts';
import { checkReduceOnly, checkSize, duplicate, type Entry, worstTicks } from './orderChecks.ts';
import { enterOrder } from './orderEntry.ts';
import type { Twap, TwapEvent } from './twap.ts';

const { abs, floor, min } = Math;

/** A TWAP order as a request names it. */
export interface TwapEntry {
  readonly account: Account;
  readonly market: MarketState;
  readonly side: Twap['side'];
  readonly lots: number;
  readonly reduceOnly: boolean;
  readonly slippageMicroPercent: number;
  readonly durationS: number;
  readonly clientOrderId: string | null;
}

/** Accepts a TWAP order and sends its first market order. */
export function startTwap(state: ExchangeState, entry: TwapEntry): Result<Twap> {
  const refusal = checkTwap(state, entry);
  if (refusal !== undefined) return refused(refusal);
  const { account, durationS, lots, market: here, ...same } = entry;
  const { twapIntervalMs } = state.settings;
  const durationMs = durationS * 1000;
  const plannedCount = min(lots, floor(durationMs / twapIntervalMs) + 1);
  const twap: Twap = {
    id: newOrderId(state),
    account,
    market: here.market,
    side: same.side,
    reduceOnly: same.reduceOnly,
    clientOrderId: same.clientOrderId,
    slippageMicroPercent: same.slippageMicroPercent,
    lots,
    plannedLots: floor(lots / plannedCount),
    plannedCount,
    createdMs: state.nowMs,
    expiresMs: state.nowMs + durationMs + twapIntervalMs,
    pastCount: 0,
    filledLots: 0,
    filledMicro: 0,
    lastLots: 0,
    lastMicro: 0,
    status: 'open',
    updatedMs: state.nowMs,
    events: [],
  };
  state.truth.orders += 1;
  state.accounts.rememberTwap(twap);
  account.twaps.set(twap.id, twap);
  noteTwap(state, twap, 'make');
  slice(state, here, twap);
  return accepted(twap);
}

function checkTwap(state: ExchangeState, entry: TwapEntry): Refusal | undefined {
  const { account, clientOrderId, durationS, lots, market: here, reduceOnly, side } = entry;
  const { twapLeastSeconds, twapsPerSymbol } = state.settings;
  if (here.halted) return business(`Trading is disabled for ${here.market.symbol}`, 38);
  if (clientOrderId !== null && isTaken(state, account, clientOrderId)) {
    return duplicate(clientOrderId);
  }
  if (durationS < twapLeastSeconds) {
    return business(`duration of twap order ${durationS} is too short`);
  }
  const unfinished = [...account.twaps.values()].filter(({ market }) => market === here.market);
  if (unfinished.length >= twapsPerSymbol) {
    return business(`TWAP order limit reached for ${here.market.symbol}: ${twapsPerSymbol}`);
  }
  const whole: Entry = {
    ...{ account, clientOrderId, lots, market: here, reduceOnly, side },
    kind: 'market',
    tif: 'IOC',
    ticks: worstTicks(here, side, entry.slippageMicroPercent),
  };
  return checkSize(state, whole) ?? checkReduceOnly(whole);
}

/** TWAP orders have a namespace of their own. */
function isTaken({ settings }: ExchangeState, account: Account, clientOrderId: string): boolean {
  const twap = account.twapByClientId.get(clientOrderId);
  if (twap === undefined) return false;
  return settings.clientIdScope === 'forever' || account.twaps.has(twap.id);
}

/** Sends the next market order, and notes when the one after it is due. */
function slice(state: ExchangeState, here: MarketState, twap: Twap): void {
  const { account, lots, plannedCount, side } = twap;
  if (!account.twaps.has(twap.id)) return;
  const entry: Entry = {
    account,
    market: here,
    side,
    kind: 'market',
    tif: 'IOC',
    ticks: worstTicks(here, side, twap.slippageMicroPercent),
    lots: sliceLots(state, twap),
    reduceOnly: twap.reduceOnly,
    clientOrderId: null,
    isSlice: true,
  };
  twap.pastCount += 1;
  // Nobody may be there, or the money may not do: what is missed now is caught up later.
  const result = entry.lots > 0 ? enterOrder(state, entry) : undefined;
  if (result?.ok === true && result.value.filledLots > 0) {
    const { filledLots, filledMicro } = result.value;
    twap.filledLots += filledLots;
    twap.filledMicro += filledMicro;
    twap.lastLots = filledLots;
    twap.lastMicro = filledMicro;
    const isDone = twap.filledLots === lots;
    twap.status = isDone ? 'filled' : 'partially_filled';
    if (isDone) account.twaps.delete(twap.id);
    noteTwap(state, twap, 'sub_order_filled');
    if (isDone) return;
  }
  if (twap.pastCount < plannedCount) {
    const dueMs = twap.createdMs + twap.pastCount * state.settings.twapIntervalMs;
    state.agenda.at(dueMs, () => slice(state, here, twap));
  } else state.agenda.at(twap.expiresMs, () => endTwap(state, twap, 'expired'));
}

/** An even share of what is left, at most so many times the plan; a reduce-only one fits its position. */
function sliceLots({ settings }: ExchangeState, twap: Twap): number {
  const { account, filledLots, lots, market, pastCount, plannedCount, plannedLots } = twap;
  const share = floor((lots - filledLots) / (plannedCount - pastCount));
  const most = min(share, settings.twapCatchUp * plannedLots);
  return twap.reduceOnly ? min(most, abs(holdingOf(account, market).position.lots)) : most;
}

/** Ends a TWAP order; one that has ended already stays as it is. */
export function endTwap(
  state: ExchangeState,
  twap: Twap,
  event: 'cancel' | 'force_cancel' | 'expired',
): void {
  if (!twap.account.twaps.delete(twap.id)) return;
  twap.status = 'cancelled';
  noteTwap(state, twap, event);
}

function noteTwap(state: ExchangeState, twap: Twap, event: TwapEvent): void {
  twap.updatedMs = state.nowMs;
  const { filledLots, filledMicro, lastLots, lastMicro, pastCount, status, updatedMs } = twap;
  const record = {
    historyId: newHistoryId(state),
    twap,
    event,
    figures: { filledLots, filledMicro, lastLots, lastMicro, pastCount, status, updatedMs },
  };
  twap.events.push(record);
  state.listener.twapChanged(record);
}
