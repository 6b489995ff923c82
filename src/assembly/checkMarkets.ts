import type { DeskConfig } from '../config/deskConfig.ts';
import { BreakwaterError } from '../std/errors.ts';

/** Throws `CONFIG_INVALID` when the exchange lacks a market that the configuration names. */
export function checkMarkets(config: DeskConfig, listed: readonly string[], where: string): void {
  const missing = config.markets.findIndex((symbol) => !listed.includes(symbol));
  if (missing < 0) return;
  throw new BreakwaterError(
    'CONFIG_INVALID',
    `${where}: field "markets.${missing}": the exchange has no perpetual market "${config.markets[missing]}", expected one that it lists (symbols are case-sensitive)`,
  );
}
