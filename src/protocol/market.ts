import { DOLLARS, format, type Grid, gridOf, parseExact } from '../std/decimal.ts';
import { BreakwaterError, messageOf } from '../std/errors.ts';
import { MICRO, mul, mulDiv, safe } from '../std/integers.ts';

/**
 * One perpetual market with its grids. Inside the house a market is its `id` (dense, from 0), a
 * price is an integer number of ticks, an amount an integer number of lots.
 */
export interface Market {
  readonly id: number;
  readonly symbol: string;
  readonly tick: Grid;
  readonly lot: Grid;
  /** Micro-dollars of one lot at one tick: tick size × lot size × 10^6, an integer. */
  readonly microPerTickLot: number;
  readonly maxLeverage: number;
  /** Smallest order notional, micro-dollars (the exchange states it in dollars). */
  readonly minOrderMicro: number;
  readonly maxOrderMicro: number;
}

/** The figures of `GET /info` that define a market. */
export interface MarketFigures {
  readonly symbol: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly maxLeverage: number;
  readonly minOrderSize: string;
  readonly maxOrderSize: string;
}

const SYMBOL = /^[A-Za-z0-9-]{1,24}$/;

/** Builds a market; throws `EXCHANGE_PROTOCOL` when the figures do not fit our exact arithmetic. */
export function makeMarket(id: number, figures: MarketFigures): Market {
  const where = `market ${JSON.stringify(figures.symbol)}`;
  if (!SYMBOL.test(figures.symbol)) {
    throw new BreakwaterError(
      'EXCHANGE_PROTOCOL',
      `${where}: expected a symbol of letters, digits and "-"`,
    );
  }
  const tick = gridAt(figures.tickSize, where);
  const lot = gridAt(figures.lotSize, where);
  const shift = 6 - tick.decimals - lot.decimals;
  const steps = tick.step * lot.step;
  const micro = shift >= 0 ? steps * 10 ** shift : steps / 10 ** -shift;
  if (!Number.isSafeInteger(micro) || micro < 1) {
    throw new BreakwaterError(
      'EXCHANGE_PROTOCOL',
      `${where}: tick size × lot size is not a whole number of micro-dollars`,
    );
  }
  return {
    id,
    symbol: figures.symbol,
    tick,
    lot,
    microPerTickLot: micro,
    maxLeverage: figures.maxLeverage,
    minOrderMicro: dollars(figures.minOrderSize, where),
    maxOrderMicro: dollars(figures.maxOrderSize, where),
  };
}

function gridAt(text: string, where: string): Grid {
  try {
    return gridOf(text);
  } catch (error) {
    throw new BreakwaterError('EXCHANGE_PROTOCOL', `${where}: ${messageOf(error)}`);
  }
}

function dollars(text: string, where: string): number {
  const value = parseExact(text, DOLLARS);
  if (value === undefined) {
    throw new BreakwaterError('EXCHANGE_PROTOCOL', `${where}: "${text}" is not a dollar amount`);
  }
  return value;
}

/** Notional of `lots` at `ticks`, micro-dollars. Negative lots give a negative notional. */
export function notionalMicro(market: Market, ticks: number, lots: number): number {
  return mul(safe(ticks * lots), market.microPerTickLot);
}

/** The largest number of lots whose notional at `ticks` is at most `micro`. */
export function lotsWithin(market: Market, ticks: number, micro: number): number {
  return safe(Math.floor(micro / (ticks * market.microPerTickLot)));
}

/** The smallest number of lots whose notional at `ticks` is at least `micro`. */
export function lotsAtLeast(market: Market, ticks: number, micro: number): number {
  return safe(Math.ceil(micro / (ticks * market.microPerTickLot)));
}

export function formatPrice(market: Market, ticks: number): string {
  return format(ticks, market.tick);
}

export function formatAmount(market: Market, lots: number): string {
  return format(lots, market.lot);
}

/** Micro-dollars as the exchange takes them: the shortest decimal string. */
export function formatDollars(micro: number): string {
  return format(micro, DOLLARS);
}

/** Price in dollars, for statistics and display only; never goes back into an order. */
export function priceAsNumber(market: Market, ticks: number): number {
  return (ticks * market.tick.step) / 10 ** market.tick.decimals;
}

/** Micro-dollars as `"1234.56"`, for people; at most six decimals. */
export function formatMoney(micro: number, decimals = 2): string {
  const rounded = mulDiv(micro, 1, 10 ** (6 - decimals), 'half-up');
  return format(rounded, { step: 1, decimals }) + padding(rounded, decimals);
}

function padding(rounded: number, decimals: number): string {
  if (decimals === 0) return '';
  const fraction = String(Math.abs(rounded))
    .padStart(decimals + 1, '0')
    .slice(-decimals);
  const kept = fraction.replace(/0+$/, '').length;
  return (kept === 0 ? '.' : '') + '0'.repeat(decimals - kept);
}

/** Dollars (a configuration figure) to micro-dollars. */
export function microOfDollars(dollarsAmount: number): number {
  return safe(Math.round(dollarsAmount * MICRO));
}
