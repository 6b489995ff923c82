import { isBreakwaterError } from '../../src/std/errors.ts';
import { between, type Random, SeededRandom } from '../../src/std/random.ts';
import { type Decode, decoders } from './clientDecoders.ts';
import { type FuzzFigures, type FuzzOptions, Tally } from './fuzzRun.ts';
import { anyJson, type Json, mangled, mutated, noise, once, pick } from './mutations.ts';
import { shrunk } from './shrunk.ts';

const DECODERS = decoders();
const EVERY_SAMPLE = DECODERS.flatMap(({ samples }) => samples);

/**
 * Throws mutated and random frames and answers at what the desk reads them with. Whatever comes, it
 * is read, or refused with one of our own errors; nothing else is thrown.
 */
export function fuzzClient({ isOver, progress, runs, seed }: FuzzOptions): FuzzFigures {
  const random = new SeededRandom(seed);
  const tally = new Tally();
  let at = 0;
  for (; at < runs; at += 1) {
    const [decode, text] = drawn(random);
    const kind = outcomeOf(decode, text);
    if (kind.startsWith('!')) {
      const input = shrunk(text, (shorter) => outcomeOf(decode, shorter) === kind);
      const failure = { why: kind.slice(1), input, at };
      return { target: 'client', seed, inputs: at + 1, answers: tally.counts, failure };
    }
    tally.add(kind);
    if (at % 1000 !== 0) continue;
    progress?.(at);
    if (isOver?.() === true) break;
  }
  return { target: 'client', seed, inputs: at, answers: tally.counts, failure: undefined };
}

function drawn(random: Random): [Decode, string] {
  const { decode, isFrame, samples } = pick(random, DECODERS);
  const sample = pick(random, once(random, 8) ? EVERY_SAMPLE : samples);
  const whole = isFrame ? sample : enveloped(random, sample);
  const dice = between(random, 0, 9);
  if (dice === 0) return [decode, noise(random, 200)];
  if (dice === 1) return [decode, JSON.stringify(anyJson(random))];
  if (dice < 4) return [decode, mangled(random, JSON.stringify(whole))];
  return [decode, JSON.stringify(mutated(random, whole))];
}

function enveloped(random: Random, data: Json): Json {
  if (once(random, 8)) return data;
  const page = once(random, 2) ? {} : { next_cursor: '11114Lz77', has_more: true };
  return { success: true, data, error: null, code: null, last_order_id: 1557404170, ...page };
}

/** What a decoder made of a text: a kind of result, or `!` and what must not happen. */
function outcomeOf(decode: Decode, text: string): string {
  try {
    return decode(text);
  } catch (thrown) {
    if (isBreakwaterError(thrown) && thrown.code === 'EXCHANGE_PROTOCOL') return 'refused';
    return `!threw ${String(thrown).slice(0, 200)}`;
  }
}
