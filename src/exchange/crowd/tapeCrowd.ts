import type { Side } from '../../protocol/terms.ts';
import { invariant } from '../../std/assert.ts';
import { SeededRandom } from '../../std/random.ts';
import { MINUTE_MS } from '../../tape/parseBars.ts';
import type { Bar, Tape } from '../../tape/tape.ts';
import type { Crowd, CrowdPort, MinuteBar } from '../crowdPort.ts';
import { MarketCrowd } from './marketCrowd.ts';

const { ceil, floor, imul, max, min } = Math;

/** The crowd acts this often in wall time, whatever the tape's speed. */
const CADENCE_MS = 200;
const DAY_MINUTES = 1440;

export interface TapeCrowdOptions {
  readonly tape: Tape;
  readonly seed: number;
  /** Tape seconds in a second of wall time. */
  readonly speed: number;
  /** Minutes of the tape that have passed at the start: one day, at most half of the tape. */
  readonly warmUpMinutes?: number;
  /**
   * Wall time of the start, if the tape is to be dated anew: the minute in force is then that of the
   * wall, begun when the wall's began, so that its candles are those of now. As recorded by default.
   */
  readonly datedMs?: number;
}

/**
 * Seeded background traders who walk the exchange's markets through a recorded tape: every minute's
 * prints open, peak, bottom and close where the recorded ones did, to the tick. One minute is in
 * force at a time; it ends inside {@link act}, with the print of its close, and the next begins
 * there with the print of its open. When the tape ends, the markets hold the last close: quotes
 * stay, takers go.
 */
export class TapeCrowd implements Crowd {
  readonly #tape: Tape;
  readonly #seed: number;
  readonly #speed: number;
  readonly #firstMinute: number;
  /** Start of the first minute of the tape, in tape time. */
  readonly #startMs: number;
  /** Wall time of the beginning of the first minute in force, if it is not the start. */
  readonly #begunMs: number | undefined;
  #markets: readonly MarketCrowd[] = [];
  #minute: number;
  /** Wall time of the start, which has not come yet. */
  #openedMs: number = Number.POSITIVE_INFINITY;
  #actedMs = 0;
  #nextMs = 0;

  constructor(options: TapeCrowdOptions) {
    invariant(options.speed > 0, 'the speed of a tape is above zero');
    this.#tape = options.tape;
    this.#seed = options.seed;
    this.#speed = options.speed;
    const half = floor(options.tape.minutes / 2);
    this.#firstMinute = min(options.warmUpMinutes ?? DAY_MINUTES, half);
    this.#minute = this.#firstMinute;
    const { datedMs, tape } = options;
    this.#begunMs = datedMs === undefined ? undefined : floor(datedMs / MINUTE_MS) * MINUTE_MS;
    this.#startMs =
      this.#begunMs === undefined ? tape.startMs : this.#begunMs - this.#firstMinute * MINUTE_MS;
  }

  /** True when the last minute of the tape is over: quotes stay, takers are gone. */
  get ended(): boolean {
    return this.#minute >= this.#tape.minutes;
  }

  /** Held inside the minute in force, however late an act is. */
  tapeMs(wallMs: number): number {
    const passedMs = floor((wallMs - this.#openedMs) * this.#speed);
    const startMs = this.#startMs + this.#minute * MINUTE_MS;
    const tapeMs = max(startMs, this.#startMs + this.#firstMinute * MINUTE_MS + passedMs);
    return this.ended ? tapeMs : min(tapeMs, startMs + MINUTE_MS - 1);
  }

  history(market: number): readonly MinuteBar[] {
    return Array.from({ length: this.#firstMinute }, (_, minute) => ({
      ...this.#bar(market, minute),
      openTimeMs: this.#startMs + minute * MINUTE_MS,
    }));
  }

  open(port: CrowdPort, wallMs: number): void {
    this.#openedMs = this.#begunMs ?? wallMs;
    this.#markets = port.markets.map((market, id) => {
      invariant(market.market.id === id, 'markets come in the order of their ids');
      return new MarketCrowd(market, new SeededRandom(this.#seedOf(id, -1)), this.#speed);
    });
    this.#openMinute();
    this.#acted(wallMs);
  }

  act(wallMs: number): number {
    if (wallMs < this.#nextMs) return this.#nextMs;
    while (!this.ended && this.#wallMsOf(this.#minute + 1) <= wallMs) this.#turnMinute();
    const passedMs = (wallMs - this.#wallMsOf(this.#minute)) * this.#speed;
    const at = min(1, passedMs / MINUTE_MS);
    for (const market of this.#markets) market.step(at, wallMs - this.#actedMs);
    return this.#acted(wallMs);
  }

  onFill(market: number): void {
    this.#markets[market]?.onFill();
  }

  brace(market: number, side: Side, limitTicks: number, lots: number): void {
    this.#markets[market]?.brace(side, limitTicks, lots);
  }

  #turnMinute(): void {
    const next = min(this.#minute + 1, this.#tape.minutes - 1);
    const isLast = next === this.#minute;
    this.#markets.forEach((market, id) => {
      const { closeTicks } = this.#bar(id, this.#minute);
      market.closeMinute(closeTicks, isLast ? closeTicks : this.#bar(id, next).openTicks);
    });
    this.#minute += 1;
    if (!isLast) this.#openMinute();
    else for (const market of this.#markets) market.rest();
  }

  #openMinute(): void {
    this.#markets.forEach((market, id) => {
      const dice = new SeededRandom(this.#seedOf(id, this.#minute));
      market.openMinute(this.#bar(id, this.#minute), dice);
    });
  }

  #acted(wallMs: number): number {
    this.#actedMs = wallMs;
    this.#nextMs = wallMs + CADENCE_MS;
    if (!this.ended) this.#nextMs = min(this.#nextMs, this.#wallMsOf(this.#minute + 1));
    return this.#nextMs;
  }

  /** Wall time at which a minute of the tape begins. */
  #wallMsOf(minute: number): number {
    return this.#openedMs + ceil(((minute - this.#firstMinute) * MINUTE_MS) / this.#speed);
  }

  #bar(id: number, minute: number): Bar {
    const market = this.#tape.markets[id];
    invariant(market?.id === id, 'the markets of a tape come in the order of their ids');
    return this.#tape.bar(market, minute);
  }

  /** The way of the price depends on nothing but seed, market and minute. */
  #seedOf(id: number, minute: number): number {
    return this.#seed ^ imul(id + 1, 0x85ebca6b) ^ imul(minute + 1, 0x9e3779b1);
  }
}
