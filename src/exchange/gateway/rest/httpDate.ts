import { civilDate } from '../../civilDate.ts';

const { floor } = Math;
const DAY_S = 86_400;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

let lastSecond = -1;
let lastText = '';

/** A time as the header `Date` has it, such as `Tue, 03 Jun 2025 17:02:03 GMT`. */
export function httpDate(wallMs: number): string {
  const second = floor(wallMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = textOf(second);
  }
  return lastText;
}

function textOf(second: number): string {
  const days = floor(second / DAY_S);
  const inDay = second - days * DAY_S;
  const { day, month, year } = civilDate(days);
  const clock = [floor(inDay / 3600), floor(inDay / 60) % 60, inDay % 60].map(two).join(':');
  return `${WEEKDAYS[days % 7]}, ${two(day)} ${MONTHS[month]} ${year} ${clock} GMT`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
