import { type DeskSummary, summarize } from '../assembly/summary.ts';
import type { Kernel } from '../desk/kernel.ts';
import { compactDollars, dollars } from '../report/dollars.ts';
import type { Output } from './output.ts';

/** Prints the line every second from now on, until the returned function is called. */
export function reportProgress(kernel: Kernel, output: Output): () => void {
  const startedMs = performance.now();
  const startEquityMicro = summarize(kernel).equityMicro;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedMs;
    output.progress((columns) =>
      progressLine(elapsedMs, summarize(kernel), startEquityMicro, columns),
    );
  }, 1000);
  return () => clearInterval(timer);
}

/**
 * One line on where the desk stands: time, orders, fills, exposure, P&L, fees, refusals. In few
 * `columns` it is set closer, and in very few the last fields are left out whole.
 */
export function progressLine(
  elapsedMs: number,
  desk: DeskSummary,
  startEquityMicro: number,
  columns: number,
): string {
  const pnlMicro = desk.equityMicro - startEquityMicro;
  const counts = (rows: readonly [name: string, value: string | number][]): string[] => [
    clock(elapsedMs),
    ...rows.map(([name, value]) => `${name} ${value}`),
  ];
  const wide = counts([
    ['orders', desk.orders],
    ['fills', desk.fills],
    ['net', dollars(desk.netMicro, 0)],
    ['gross', dollars(desk.grossMicro, 0)],
    ['P&L', dollars(pnlMicro, 0)],
    ['fees', dollars(desk.feesMicro, 0)],
    ['refused', desk.refusals],
    ['deferred', desk.deferrals],
  ]).join('  ');
  if (wide.length <= columns) return wide;
  const narrow = counts([
    ['orders', desk.orders],
    ['fills', desk.fills],
    ['net', compactDollars(desk.netMicro)],
    ['gross', compactDollars(desk.grossMicro)],
    ['P&L', compactDollars(pnlMicro)],
    ['fees', compactDollars(desk.feesMicro)],
    ['ref.', desk.refusals],
    ['def.', desk.deferrals],
  ]);
  while (narrow.length > 1 && narrow.join(' ').length > columns) narrow.pop();
  return narrow.join(' ');
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = minutes >= 60 ? `${Math.floor(minutes / 60)}:` : '';
  return `${hours}${two(minutes % 60)}:${two(seconds % 60)}`;
}
