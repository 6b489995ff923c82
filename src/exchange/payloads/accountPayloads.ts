import { FEE_TIERS } from '../../ledger/fees.ts';
import {
  isolatedLiquidationMicro,
  liquidationMicro,
  type MarginSummary,
  maintenanceMarginMicro,
} from '../../ledger/margin.ts';
import { entryPrice } from '../../ledger/position.ts';
import { formatAmount } from '../../protocol/market.ts';
import { sideOf } from '../../protocol/terms.ts';
import { DOLLARS, format, RATE } from '../../std/decimal.ts';
import { type Account, type Holding, marginOf } from '../core/accounts/account.ts';
import { type ExchangeState, markPrices } from '../core/exchangeState.ts';
import type { MarketState } from '../core/markets/marketState.ts';
import type { Transfer } from '../core/money/transfers.ts';

type Row = Readonly<Record<string, unknown>>;

const money = (micro: number): string => format(micro, DOLLARS);

function margin(state: ExchangeState, account: Account): MarginSummary {
  const markets = state.markets.map(({ market }) => market);
  return marginOf(account, markets, markPrices(state));
}

/** What an account holds, market by market. */
function positions(
  state: ExchangeState,
  account: Account,
): { readonly here: MarketState; readonly holding: Holding }[] {
  return state.markets
    .map((here) => ({ here, holding: account.holdings[here.market.id] as Holding }))
    .filter(({ holding }) => holding.position.lots !== 0);
}

/** Data of `GET /account`. */
export function accountRow(state: ExchangeState, account: Account): Row {
  const figures = margin(state, account);
  const tier = FEE_TIERS[account.feeLevel];
  return {
    balance: money(account.balanceMicro),
    fee_level: account.feeLevel,
    maker_fee: format(tier?.makerNano ?? 0, RATE),
    taker_fee: format(tier?.takerNano ?? 0, RATE),
    account_equity: money(figures.equityMicro),
    cross_account_equity: money(figures.crossEquityMicro),
    spot_market_value: '0',
    spot_collateral: '0',
    available_to_spend: money(figures.availableMicro),
    available_to_withdraw: money(figures.withdrawableMicro),
    pending_balance: '0',
    pending_interest: '0',
    total_margin_used: money(figures.usedMicro),
    cross_mmr: money(figures.maintenanceMicro),
    positions_count: positions(state, account).length,
    orders_count: account.open.size,
    stop_orders_count: account.stops.size,
    spot_balances: [],
    updated_at: account.updatedMs,
  };
}

/** Data of the channel `account_info`. */
export function accountInfo(state: ExchangeState, account: Account): Row {
  const figures = margin(state, account);
  return {
    ae: money(figures.equityMicro),
    as: money(figures.availableMicro),
    aw: money(figures.withdrawableMicro),
    b: money(account.balanceMicro),
    f: account.feeLevel,
    mu: money(figures.usedMicro),
    cm: money(figures.maintenanceMicro),
    oc: account.open.size,
    pb: '0',
    pc: positions(state, account).length,
    sc: account.stops.size,
    sb: [],
    t: state.nowMs,
  };
}

/** Data of the channel `account_transfers`; what does not apply is left out. */
export function transferUpdate({ account, amountMicro, between, ...transfer }: Transfer): Row {
  const { event, timeMs, transaction } = transfer;
  return {
    u: account.address,
    e: event,
    a: 'USDC',
    am: money(amountMicro),
    t: timeMs,
    ...(transaction === undefined ? {} : { tx: transaction }),
    ...(between === undefined ? {} : { s: between.sender.address, r: between.recipient.address }),
  };
}

/** Data of `GET /account/settings`: only markets whose leverage or margin mode is not the default. */
export function settingsRow(state: ExchangeState, account: Account): Row {
  const changed = state.markets.flatMap(({ listed, market }) => {
    const holding = account.holdings[market.id] as Holding;
    const isDefault =
      holding.leverage === market.maxLeverage && holding.isolated === listed.isolatedOnly;
    if (isDefault) return [];
    return {
      symbol: market.symbol,
      isolated: holding.isolated,
      leverage: holding.leverage,
      created_at: holding.leverageSetMs,
      updated_at: holding.leverageUpdatedMs,
    };
  });
  return { auto_lend_disabled: null, margin_settings: changed, spot_settings: [] };
}

/** Rows of `GET /positions`. */
export function positionRows(state: ExchangeState, account: Account): Row[] {
  const figures = margin(state, account);
  return positions(state, account).map(({ here: { market }, here, holding }) => ({
    symbol: market.symbol,
    side: sideOf(holding.position.lots),
    amount: formatAmount(market, Math.abs(holding.position.lots)),
    entry_price: entryPrice(holding.position, market),
    margin: money(holding.isolatedMicro),
    funding: funding(state, holding),
    isolated: holding.isolated,
    liquidation_price: liquidationPrice(here, holding, figures),
    created_at: holding.openedMs,
    updated_at: holding.updatedMs,
  }));
}

/** Rows of the channel `account_positions`. */
export function positionUpdates(state: ExchangeState, account: Account): Row[] {
  const figures = margin(state, account);
  return positions(state, account).map(({ here: { market }, here, holding }) => ({
    s: market.symbol,
    d: sideOf(holding.position.lots),
    a: formatAmount(market, Math.abs(holding.position.lots)),
    p: entryPrice(holding.position, market),
    m: money(holding.isolatedMicro),
    f: funding(state, holding),
    i: holding.isolated,
    l: liquidationPrice(here, holding, figures),
    t: holding.updatedMs,
  }));
}

/** What the open position got in funding, or what it paid, by setting. */
function funding({ settings }: ExchangeState, { fundingMicro }: Holding): string {
  return money(
    settings.positionFunding === 'got' || fundingMicro === 0 ? fundingMicro : -fundingMicro,
  );
}

function liquidationPrice(
  here: MarketState,
  { isolated, isolatedMicro, position }: Holding,
  figures: MarginSummary,
): string | null {
  const { market } = here;
  if (isolated) {
    const price = isolatedLiquidationMicro(position, market, isolatedMicro);
    return price === undefined ? null : money(price);
  }
  const mark = here.markTicks();
  const others = figures.maintenanceMicro - maintenanceMarginMicro(position, market, mark);
  const micro = liquidationMicro(position, market, mark, figures.crossEquityMicro, others);
  return micro === undefined ? null : money(micro);
}
