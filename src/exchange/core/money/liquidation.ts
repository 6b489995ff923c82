import { type Side, sideOf } from '../../../protocol/terms.ts';
import { holdingOf } from '../accounts/account.ts';
import { type ExchangeState, markPrices } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { cancelEverything } from '../orders/cancelling.ts';
import { brace, enterSystemOrder } from '../orders/orderEntry.ts';
import { liquidationChunkLots } from './liquidationTerms.ts';
import {
  crossGroup,
  isolatedGroup,
  largest,
  liquidationTicks,
  type MarginGroup,
  type Stake,
  stageOf,
  ticksToLook,
} from './marginGroup.ts';
import { backstop, deleverage } from './takeover.ts';

/**
 * Reaction: liquidates, in the documented stages, whoever has come below the maintenance margin. It
 * looks only at accounts that changed or whose mark price has come near.
 */
export function liquidate(state: ExchangeState): boolean {
  const { accounts, money } = state;
  const marks = markPrices(state);
  let changed = false;
  for (const account of money.watch.due(marks, accounts.all)) {
    changed = judge(state, crossGroup(account, state.markets, marks)) || changed;
    for (const here of state.markets) {
      if (!holdingOf(account, here.market).isolated) continue;
      changed = judge(state, isolatedGroup(account, here, marks)) || changed;
    }
  }
  return changed;
}

/** True when it traded, or took something over. */
function judge(state: ExchangeState, group: MarginGroup): boolean {
  watch(state, group);
  switch (stageOf(group)) {
    case 'safe':
      return false;
    case 'market':
      return begin(state, group);
    case 'backstop':
      withdrawOrders(state, group);
      backstop(state, group);
      return true;
    case 'bankrupt':
      withdrawOrders(state, group);
      deleverage(state, group);
      return true;
  }
}

/** Notes at which mark prices the group has to be looked at again. */
function watch({ markets, money }: ExchangeState, group: MarginGroup): void {
  const { account, isolatedIn, stakes } = group;
  for (const here of isolatedIn === undefined ? markets : [isolatedIn]) {
    const { isolated, position } = holdingOf(account, here.market);
    if (isolated && isolatedIn === undefined) continue;
    if (position.lots === 0) money.watch.clear(account, here.market.id);
  }
  for (const stake of stakes) {
    const { here, holding, markTicks } = stake;
    const ticks = ticksToLook(group, stake);
    const isLong = holding.position.lots > 0;
    const low = isLong ? markTicks - ticks : Number.NEGATIVE_INFINITY;
    const high = isLong ? Number.POSITIVE_INFINITY : markTicks + ticks;
    money.watch.set(account, here.market.id, low, high);
  }
}

/** Starts cutting a group's positions, unless that is under way. */
function begin(state: ExchangeState, group: MarginGroup): boolean {
  const key = keyOf(group);
  if (state.money.cuts.has(key)) return false;
  state.truth.liquidations += 1;
  const chunks = new Map(
    group.stakes.map((stake) => [stake.here.market.id, chunkOf(state, stake)] as const),
  );
  state.money.cuts.add(key);
  cut(state, group, chunks);
  return true;
}

/** Whether anybody would trade at such a price. */
function meets({ engine }: MarketState, side: Side, ticks: number): boolean {
  const best = side === 'bid' ? engine.bestAsk() : engine.bestBid();
  return best !== 0 && (side === 'bid' ? best <= ticks : best >= ticks);
}

type Chunks = ReadonlyMap<number, number>;

function chunkOf({ settings }: ExchangeState, { here, holding, notionalMicro }: Stake): number {
  return liquidationChunkLots(settings, here.market, holding.position.lots, notionalMicro);
}

/** Cuts one chunk off the largest position, and notes the next. */
function cut(state: ExchangeState, group: MarginGroup, chunks: Chunks): void {
  withdrawOrders(state, group);
  const stake = largest(group);
  const { here, holding } = stake;
  const { lots } = holding.position;
  const side = sideOf(-lots);
  const ticks = liquidationTicks(group, stake, state.settings.liquidationEdgeTicks);
  const chunk = chunks.get(here.market.id) ?? chunkOf(state, stake);
  const size = Math.min(Math.abs(lots), chunk);
  const order = { market: here, side, ticks, lots: size };
  brace(state, here, { ...order, tif: 'IOC' });
  if (!here.halted && meets(here, side, ticks)) {
    enterSystemOrder(state, { ...order, account: group.account, cause: 'market_liquidation' });
  }
  state.agenda.at(state.nowMs + state.settings.liquidationChunkMs, () =>
    goOn(state, group, chunks),
  );
}

/** The next chunk, as long as the group is between the two limits; else it is judged anew. */
function goOn(state: ExchangeState, { account, isolatedIn }: MarginGroup, chunks: Chunks): void {
  const marks = markPrices(state);
  const group =
    isolatedIn === undefined
      ? crossGroup(account, state.markets, marks)
      : isolatedGroup(account, isolatedIn, marks);
  if (stageOf(group) === 'market') cut(state, group, chunks);
  else {
    state.money.cuts.delete(keyOf(group));
    state.money.watch.touch(account);
  }
}

/** All orders go, those that would reduce as well; for an isolated position those of its market. */
function withdrawOrders(state: ExchangeState, { account, isolatedIn }: MarginGroup): void {
  cancelEverything(state, account, 'force_cancel', isolatedIn?.market);
}

function keyOf({ account, isolatedIn }: MarginGroup): string {
  return `${account.index} ${isolatedIn?.market.id ?? 'cross'}`;
}
