import { formatMoney } from '../protocol/market.ts';

/** Micro-dollars as people read them: `-$1,234.50`. */
export function dollars(micro: number, decimals = 2): string {
  const [whole = '', fraction] = formatMoney(Math.abs(micro), decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  // What rounds to nothing has no sign.
  return `${micro < 0 && /[1-9]/.test(text) ? '-' : ''}$${text}`;
}

const UNITS: readonly [micro: number, unit: string][] = [
  [1e12, 'M'],
  [1e9, 'k'],
];

/** Micro-dollars in at most six characters and a sign where space is scarce: `$12.3k`. */
export function compactDollars(micro: number): string {
  const size = Math.abs(micro);
  // 999,500 dollars would round to 1000k.
  const found = UNITS.find(([least]) => size >= least * 0.9995);
  if (found === undefined) return dollars(micro, 0);
  const value = size / found[0];
  return `${micro < 0 ? '-' : ''}$${value.toFixed(value < 99.95 ? 1 : 0)}${found[1]}`;
}
