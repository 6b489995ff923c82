import type { MinuteBar } from '../../crowdPort.ts';

const { floor, max, min, round } = Math;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const KEPT_MINUTES = 50_000;
const WEEK_MINUTES = 10_080;
/** The epoch was a Thursday, and weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MINUTES * MINUTE_MS;

/** One candle, in tape time. */
export interface Candle {
  readonly startMs: number;
  readonly openTicks: number;
  readonly highTicks: number;
  readonly lowTicks: number;
  readonly closeTicks: number;
  readonly lots: number;
  readonly trades: number;
  /** Traded value in whole dollars, for the 24-hour volume. */
  readonly dollars: number;
}

type MutableCandle = { -readonly [K in keyof Candle]: Candle[K] };

/**
 * Minutes of each interval that the exchange serves. Weeks and months are listed by clients only; a
 * month here is thirty days (chosen).
 */
export const INTERVAL_MINUTES: ReadonlyMap<string, number> = new Map([
  ['1m', 1],
  ['3m', 3],
  ['5m', 5],
  ['15m', 15],
  ['30m', 30],
  ['1h', 60],
  ['2h', 120],
  ['4h', 240],
  ['8h', 480],
  ['12h', 720],
  ['1d', DAY_MINUTES],
  ['1w', WEEK_MINUTES],
  ['1M', 30 * DAY_MINUTES],
]);

/**
 * The minutes of one price, without a gap: a minute in which nothing happened repeats the close
 * before it. Longer candles are put together from them.
 */
export class CandleSeries {
  #minutes: MutableCandle[];
  #changes = 0;
  /** Dollars of the whole minutes that lie within the last day. */
  #dayDollars = 0;

  constructor(history: readonly MinuteBar[], dollarsOf: (ticks: number, lots: number) => number) {
    this.#minutes = history.map((bar) => ({
      startMs: bar.openTimeMs,
      openTicks: bar.openTicks,
      highTicks: bar.highTicks,
      lowTicks: bar.lowTicks,
      closeTicks: bar.closeTicks,
      lots: bar.volumeLots,
      trades: 0,
      dollars: round(dollarsOf(bar.closeTicks, bar.volumeLots)),
    }));
    for (const minute of this.#minutes.slice(-DAY_MINUTES)) this.#dayDollars += minute.dollars;
  }

  /** Counts what was recorded; two equal counts mean that nothing changed. */
  get changes(): number {
    return this.#changes;
  }

  /** Dollars traded in the last 24 hours. */
  get dayDollars(): number {
    return this.#dayDollars;
  }

  record(tapeMs: number, ticks: number, lots: number, dollars: number): void {
    const candle = this.#minuteAt(tapeMs, ticks);
    candle.highTicks = max(candle.highTicks, ticks);
    candle.lowTicks = min(candle.lowTicks, ticks);
    candle.closeTicks = ticks;
    candle.lots += lots;
    candle.dollars += dollars;
    if (lots > 0) candle.trades += 1;
    this.#dayDollars += dollars;
    this.#changes += 1;
  }

  /** Candles of `minutes` each whose start lies in the closed range, oldest first. */
  between(minutes: number, fromMs: number, toMs: number, limit: number): Candle[] {
    const first = this.#minutes[0];
    if (first === undefined) return [];
    const length = minutes * MINUTE_MS;
    const candles: Candle[] = [];
    let start = max(startOf(first.startMs, minutes), startOf(fromMs + length - 1, minutes));
    const end = min(toMs, this.latestStart(minutes));
    for (; start <= end && candles.length < limit; start += length) {
      const candle = this.#joined(start, minutes);
      if (candle !== undefined) candles.push(candle);
    }
    return candles;
  }

  /** Start of the newest candle of `minutes`; −1 when there is none. */
  latestStart(minutes: number): number {
    const last = this.#minutes.at(-1);
    return last === undefined ? -1 : startOf(last.startMs, minutes);
  }

  /** Close of the minute at `tapeMs`, or of the first one after it that is known; 0 without any. */
  closeAt(tapeMs: number): number {
    const first = this.#minutes[0];
    if (first === undefined) return 0;
    const at = max(0, floor((tapeMs - first.startMs) / MINUTE_MS));
    return this.#minutes[min(at, this.#minutes.length - 1)]?.closeTicks ?? 0;
  }

  #joined(startMs: number, minutes: number): Candle | undefined {
    const first = (this.#minutes[0] as Candle).startMs;
    const from = max(0, (startMs - first) / MINUTE_MS);
    const to = min(this.#minutes.length, (startMs - first) / MINUTE_MS + minutes);
    const open = this.#minutes[from];
    if (open === undefined || to <= from) return undefined;
    const joined: MutableCandle = { ...open, startMs };
    for (let i = from + 1; i < to; i += 1) {
      const minute = this.#minutes[i] as Candle;
      joined.highTicks = max(joined.highTicks, minute.highTicks);
      joined.lowTicks = min(joined.lowTicks, minute.lowTicks);
      joined.closeTicks = minute.closeTicks;
      joined.lots += minute.lots;
      joined.trades += minute.trades;
      joined.dollars += minute.dollars;
    }
    return joined;
  }

  #minuteAt(tapeMs: number, ticks: number): MutableCandle {
    const startMs = floor(tapeMs / MINUTE_MS) * MINUTE_MS;
    let last = this.#minutes.at(-1);
    while (last !== undefined && last.startMs + MINUTE_MS < startMs) {
      last = this.#open(last.startMs + MINUTE_MS, last.closeTicks);
    }
    return last !== undefined && last.startMs >= startMs ? last : this.#open(startMs, ticks);
  }

  #open(startMs: number, ticks: number): MutableCandle {
    const candle: MutableCandle = {
      startMs,
      openTicks: ticks,
      highTicks: ticks,
      lowTicks: ticks,
      closeTicks: ticks,
      lots: 0,
      trades: 0,
      dollars: 0,
    };
    this.#minutes.push(candle);
    this.#dayDollars -= this.#minutes.at(-1 - DAY_MINUTES)?.dollars ?? 0;
    if (this.#minutes.length > KEPT_MINUTES * 1.1) {
      this.#minutes = this.#minutes.slice(-KEPT_MINUTES);
    }
    return candle;
  }
}

/** Where the candle of `minutes` that holds `ms` starts. */
function startOf(ms: number, minutes: number): number {
  const length = minutes * MINUTE_MS;
  const originMs = minutes === WEEK_MINUTES ? FIRST_MONDAY_MS : 0;
  return floor((ms - originMs) / length) * length + originMs;
}
