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

/** The date by Howard Hinnant's civil_from_days: eras of 400 years that begin in March. */
function textOf(second: number): string {
  const days = floor(second / DAY_S);
  const inDay = second - days * DAY_S;
  const shifted = days + 719_468;
  const era = floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = floor(
    (ofEra - floor(ofEra / 1460) + floor(ofEra / 36_524) - floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + floor(yearOfEra / 4) - floor(yearOfEra / 100));
  const fromMarch = floor((5 * ofYear + 2) / 153);
  const day = ofYear - floor((153 * fromMarch + 2) / 5) + 1;
  const month = (fromMarch + 2) % 12;
  const year = yearOfEra + era * 400 + (month < 2 ? 1 : 0);
  const clock = [floor(inDay / 3600), floor(inDay / 60) % 60, inDay % 60].map(two).join(':');
  return `${WEEKDAYS[days % 7]}, ${two(day)} ${MONTHS[month]} ${year} ${clock} GMT`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
