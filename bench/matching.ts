import { OrderBook, Side } from 'nodejs-order-book';
import { Depth } from '../src/matching/depth.ts';
import { MatchingEngine } from '../src/matching/matchingEngine.ts';
import { between, SeededRandom, unit } from '../src/std/random.ts';

/** Operations a second of one core, over the rounds of a run. */
export interface EngineFigures {
  readonly median: number;
  readonly worst: number;
  readonly best: number;
}

export interface MatchingFigures {
  readonly ours: EngineFigures;
  /** The npm package `nodejs-order-book`, on the same operations, in turns with ours. */
  readonly library: EngineFigures;
  /** Medians, ours by the library's. */
  readonly ratio: number;
  /** Orders in the book when the last round began. */
  readonly restingOrders: number;
  /** Both books hold the same levels after the same operations. */
  readonly sameBook: boolean;
}

type LibraryTif = NonNullable<Parameters<OrderBook['limit']>[0]['timeInForce']>;

/** The package keeps this enumeration to itself. */
const TIF = { GTC: 'GTC' as LibraryTif, IOC: 'IOC' as LibraryTif };
const ADD = 0;
const CANCEL = 1;
const ROUNDS = 9;
/** Of each round: ours does many more, so that both run for about as long. */
const OURS = 1_000_000;
const LIBRARY = 20_000;
const PRELOAD = 20_000;
const MID = 100_000;
const LEVELS = 1000;
const ACCOUNTS = 500;

/** What happens to a market, as columns: 45 % adds, 45 % cancels, 10 % IOC orders that take. */
class Tape {
  readonly kind: Uint8Array;
  readonly isBid: Uint8Array;
  readonly owner: Int32Array;
  readonly ticks: Int32Array;
  readonly lots: Int32Array;
  /** The order that is cancelled; for the others their own id. */
  readonly id: Int32Array;
  readonly length: number;

  constructor(length: number) {
    this.length = length;
    this.kind = new Uint8Array(length);
    this.isBid = new Uint8Array(length);
    this.owner = new Int32Array(length);
    this.ticks = new Int32Array(length);
    this.lots = new Int32Array(length);
    this.id = new Int32Array(length);
    const random = new SeededRandom(1);
    const live: number[] = [];
    for (let i = 0; i < length; i += 1) this.#draw(random, live, i);
  }

  #draw(random: SeededRandom, live: number[], i: number): void {
    const dice = i < PRELOAD ? 0 : unit(random);
    const isBid = unit(random) < 0.5;
    const away = isBid ? -1 : 1;
    this.isBid[i] = isBid ? 1 : 0;
    this.owner[i] = between(random, 1, ACCOUNTS);
    this.id[i] = i + 1;
    if (dice >= 0.9) {
      this.kind[i] = 2;
      this.ticks[i] = MID - away * LEVELS;
      this.lots[i] = between(random, 1, 40);
      return;
    }
    if (dice >= 0.45 && live.length > 0) {
      const at = between(random, 0, live.length - 1);
      this.kind[i] = CANCEL;
      this.id[i] = live[at] as number;
      live[at] = live[live.length - 1] as number;
      live.pop();
      return;
    }
    this.ticks[i] = MID + away * between(random, 1, LEVELS);
    this.lots[i] = between(random, 1, 20);
    live.push(i + 1);
  }
}

/** One market in ours, fed from the tape. */
class Ours {
  readonly engine: MatchingEngine = new MatchingEngine();
  resting = 0;

  play(tape: Tape, from: number, to: number): void {
    const { engine } = this;
    const { id, isBid, kind, lots, owner, ticks } = tape;
    for (let i = from; i < to; i += 1) {
      const orderId = id[i] as number;
      if (kind[i] === CANCEL) {
        engine.cancel(orderId);
        continue;
      }
      const side = isBid[i] === 1 ? 'bid' : 'ask';
      const tif = kind[i] === ADD ? 'GTC' : 'IOC';
      engine.add(orderId, owner[i] as number, side, ticks[i] as number, lots[i] as number, tif);
    }
  }

  levels(): string {
    const depth = new Depth(2 * LEVELS);
    return (['bid', 'ask'] as const)
      .map((side) => {
        this.engine.depth(side, depth);
        this.resting += depth.orders.slice(0, depth.count).reduce((sum, each) => sum + each, 0);
        return Array.from({ length: depth.count }, (_, i) => `${depth.ticks[i]}:${depth.lots[i]}`);
      })
      .join('|');
  }
}

/** The same market in the package. It has no owners that it would keep apart by default. */
class Library {
  readonly book: OrderBook = new OrderBook();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  play(tape: Tape, from: number, to: number): void {
    const { book } = this;
    const { isBid, kind, lots, ticks } = tape;
    for (let i = from; i < to; i += 1) {
      const id = this.#names[tape.id[i] as number] as string;
      if (kind[i] === CANCEL) {
        book.cancel(id);
        continue;
      }
      book.limit({
        id,
        side: isBid[i] === 1 ? Side.BUY : Side.SELL,
        size: lots[i] as number,
        price: ticks[i] as number,
        timeInForce: kind[i] === ADD ? TIF.GTC : TIF.IOC,
      });
    }
  }

  levels(): string {
    const [asks, bids] = this.book.depth();
    const text = (side: [number, number][]): string[] => side.map((each) => each.join(':'));
    return [text(bids), text(asks)].join('|');
  }
}

/** Mixed operations a second on one core, in this process, beside an npm package in turns. */
export function benchMatching(): MatchingFigures {
  const tape = new Tape(PRELOAD + LIBRARY * ROUNDS);
  // Ids as the package wants them, made beforehand: ours are numbers anyway.
  const names = Array.from({ length: tape.length + 1 }, (_, id) => String(id));
  const library = new Library(names);
  library.play(tape, 0, PRELOAD);
  const long = new Tape(PRELOAD + OURS * ROUNDS);
  const ours = new Ours();
  ours.play(long, 0, PRELOAD);
  const rates: { ours: number[]; library: number[] } = { ours: [], library: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.ours.push(rateOf(OURS, (size) => part(ours, long, round, size)));
    rates.library.push(rateOf(LIBRARY, (size) => part(library, tape, round, size)));
  }
  ours.levels();
  const figures = { ours: figuresOf(rates.ours), library: figuresOf(rates.library) };
  return {
    ...figures,
    ratio: figures.ours.median / figures.library.median,
    restingOrders: ours.resting,
    sameBook: isSameBook(tape, library),
  };
}

function part(engine: Ours | Library, tape: Tape, round: number, size: number): void {
  engine.play(tape, PRELOAD + round * size, PRELOAD + (round + 1) * size);
}

/** Ours over the package's operations, nobody owning anything, must end with the same levels. */
function isSameBook(tape: Tape, library: Library): boolean {
  tape.owner.fill(0);
  const ours = new Ours();
  ours.play(tape, 0, tape.length);
  return ours.levels() === library.levels();
}

/** By the time that this thread had a core: what else runs on the machine is no affair of an engine. */
function rateOf(size: number, work: (size: number) => void): number {
  const before = process.threadCpuUsage();
  work(size);
  const { system, user } = process.threadCpuUsage(before);
  return Math.round((size / (user + system)) * 1_000_000);
}

function figuresOf(rates: readonly number[]): EngineFigures {
  const sorted = [...rates].sort((a, b) => a - b);
  return {
    median: sorted[sorted.length >> 1] as number,
    worst: sorted[0] as number,
    best: sorted[sorted.length - 1] as number,
  };
}
