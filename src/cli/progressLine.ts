import type { DeskSummary } from '../assembly/summary.ts';
import { formatMoney } from '../protocol/market.ts';

/** One line on where the desk stands: time, orders, fills, exposure, P&L, fees, refusals. */
export function progressLine(
  elapsedMs: number,
  desk: DeskSummary,
  startEquityMicro: number,
): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  const dollars = (micro: number): string => `$${formatMoney(micro, 0)}`;
  return [
    clock,
    `orders ${desk.orders}`,
    `fills ${desk.fills}`,
    `net ${dollars(desk.netMicro)}`,
    `gross ${dollars(desk.grossMicro)}`,
    `P&L ${dollars(desk.equityMicro - startEquityMicro)}`,
    `fees ${dollars(desk.feesMicro)}`,
    `refused ${desk.refusals}`,
    `deferred ${desk.deferrals}`,
  ].join('  ');
}
