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
  const rows = fields(desk, startEquityMicro);
  const line = (gap: string, shown: readonly string[]): string =>
    [clock(elapsedMs), ...shown].join(gap);
  const wide = rows.map(({ name, wide }) => `${name} ${wide}`);
  const close = rows.map(({ name, close }) => `${name} ${close}`);
  const short = rows.map(({ name, close }) => `${SHORT[name] ?? name} ${close}`);
  const layouts = [
    line('  ', wide),
    line('  ', wide.slice(0, -1)),
    line(' ', close.slice(0, -1)),
    ...short.map((_, i) => line(' ', short.slice(0, short.length - i))),
  ];
  return layouts.find((text) => text.length <= columns) ?? line('', []);
}

const SHORT: Readonly<Record<string, string>> = {
  orders: 'ord',
  fills: 'fill',
  fees: 'fee',
  refused: 'ref',
  deferred: 'def',
};

interface Field {
  readonly name: string;
  readonly wide: string;
  readonly close: string;
}

function fields(desk: DeskSummary, startEquityMicro: number): Field[] {
  const count = (name: string, value: number): Field => {
    const text = `${value}`;
    return { name, wide: text, close: text };
  };
  const money = (name: string, micro: number): Field => {
    return { name, wide: dollars(micro, 0), close: compactDollars(micro) };
  };
  return [
    count('orders', desk.orders),
    count('fills', desk.fills),
    money('net', desk.netMicro),
    money('gross', desk.grossMicro),
    money('P&L', desk.equityMicro - startEquityMicro),
    money('fees', desk.feesMicro),
    count('refused', desk.refusals),
    count('deferred', desk.deferrals),
  ];
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = minutes >= 60 ? `${Math.floor(minutes / 60)}:` : '';
  return `${hours}${two(minutes % 60)}:${two(seconds % 60)}`;
}
