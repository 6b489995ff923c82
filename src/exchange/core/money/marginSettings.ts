import { type Account, type Holding, holdingOf, marginOf } from '../accounts/account.ts';
import { type ExchangeState, marketOf, markPrices } from '../exchangeState.ts';
import { business, type Refusal } from '../requests/refusal.ts';
import { changeBalance } from './balance.ts';
import { insufficient } from './orderMargin.ts';

/**
 * Changes an account's leverage in a market: from 1 to the market's maximum, never down while a
 * position is open, and not below what its orders need.
 */
export function updateLeverage(
  state: ExchangeState,
  account: Account,
  symbol: string,
  leverage: number,
): Refusal | undefined {
  const here = marketOf(state, symbol);
  if (here === undefined) return business(`Book not found: ${symbol}`, 2);
  const { market } = here;
  if (leverage > market.maxLeverage) {
    return { ...business('Invalid leverage', 7), status: 400 };
  }
  const holding = holdingOf(account, market);
  const before = holding.leverage;
  if (leverage < before && holding.position.lots !== 0) {
    return business(`Cannot decrease leverage with open position.: ${leverage}`, 7);
  }
  holding.leverage = leverage;
  const { crossEquityMicro, freeMicro } = figures(state, account);
  if (leverage < before && freeMicro < 0) {
    holding.leverage = before;
    return insufficient(account, crossEquityMicro - freeMicro, crossEquityMicro);
  }
  noteSetting(state, holding);
  state.listener.leverageChanged(account, market, leverage);
  return undefined;
}

/** Lets positions in a market stand on margin of their own, or on the balance. Not while one is open. */
export function updateMarginMode(
  state: ExchangeState,
  account: Account,
  symbol: string,
  isolated: boolean,
): Refusal | undefined {
  const here = marketOf(state, symbol);
  if (here === undefined) return business(`Book not found: ${symbol}`, 2);
  const { listed, market } = here;
  const holding = holdingOf(account, market);
  if (holding.position.lots !== 0) {
    return business(
      `Cannot update margin with open position for ${account.address}: isolated ${isolated}`,
      8,
    );
  }
  if (!isolated && listed.isolatedOnly) {
    return business(`Cannot update margin for ${account.address}: isolated ${isolated}`, 8);
  }
  holding.isolated = isolated;
  noteSetting(state, holding);
  state.listener.marginModeChanged(account, market, isolated);
  return undefined;
}

/** Moves money from the balance onto an isolated position. There is no way back but closing it. */
export function addIsolatedMargin(
  state: ExchangeState,
  account: Account,
  symbol: string,
  amountMicro: number,
): Refusal | undefined {
  const here = marketOf(state, symbol);
  if (here === undefined) return business(`Book not found: ${symbol}`, 2);
  const holding = holdingOf(account, here.market);
  if (!holding.isolated || holding.position.lots === 0) return business('PositionNotFound', 9);
  const { availableMicro } = figures(state, account);
  if (amountMicro > availableMicro) return insufficient(account, amountMicro, availableMicro);
  holding.isolatedMicro += amountMicro;
  holding.updatedMs = state.nowMs;
  changeBalance(state, account, -amountMicro, 'trade');
  return undefined;
}

function figures(state: ExchangeState, account: Account): ReturnType<typeof marginOf> {
  const markets = state.markets.map((each) => each.market);
  return marginOf(account, markets, markPrices(state));
}

function noteSetting(state: ExchangeState, holding: Holding): void {
  if (holding.leverageSetMs === 0) holding.leverageSetMs = state.nowMs;
  holding.leverageUpdatedMs = state.nowMs;
}
