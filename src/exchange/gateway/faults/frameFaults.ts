import type { Timer, Timers } from '../../../std/host.ts';
import type { ArmedFault } from './armedFault.ts';

/** What a frame to a client is about. */
export interface FrameSubject {
  /** The channel, or `answer`, `pong`, `subscribe`, `unsubscribe`. */
  readonly channel: string;
  readonly account: string | undefined;
}

/** A client's connection below the faults. */
export interface Line {
  write(text: string): void;
  cut(): void;
}

/** A frame that waits for a later one waits no longer than this, ms. */
const LONGEST_HOLD_MS = 1000;

/** Frames that get lost, late, twice, in another order, or take their connection with them. */
export class FrameFaults {
  readonly #armed: readonly ArmedFault[];
  readonly #timers: Timers;
  /** Frames that wait for the next one of their line. */
  readonly #held: Map<Line, (() => void)[]> = new Map();
  /** What each timer that runs will do. */
  readonly #late: Map<Timer, () => void> = new Map();

  constructor(armed: readonly ArmedFault[], timers: Timers) {
    this.#armed = armed;
    this.#timers = timers;
  }

  get any(): boolean {
    return this.#armed.length > 0;
  }

  /** Lets everything go that waits. */
  end(): void {
    for (const [timer, act] of this.#late) {
      timer.cancel();
      act();
    }
    this.#late.clear();
  }

  /** Lets a frame go its way, whatever that is. */
  pass(line: Line, subject: FrameSubject, text: string, nowMs: number): void {
    let copies = 1;
    let delayMs = 0;
    let holdMs = 0;
    for (const armed of this.#armed) {
      const { kind, ms } = armed.fault;
      if (!concerns(armed, subject) || !armed.strikes(nowMs)) continue;
      if (kind === 'drop') return;
      if (kind === 'cut') {
        line.cut();
        return;
      }
      if (kind === 'duplicate') copies += 1;
      else if (kind === 'delay') delayMs += ms ?? 0;
      else holdMs = ms ?? LONGEST_HOLD_MS;
    }
    const emit = (): void => {
      for (let i = 0; i < copies; i += 1) line.write(text);
    };
    if (holdMs > 0) this.#hold(line, emit, holdMs);
    else if (delayMs > 0) this.#later(delayMs, emit);
    else {
      emit();
      this.#release(line);
    }
  }

  #hold(line: Line, emit: () => void, holdMs: number): void {
    this.#held.set(line, [...(this.#held.get(line) ?? []), emit]);
    this.#later(holdMs, () => this.#release(line));
  }

  #later(ms: number, act: () => void): void {
    const timer = this.#timers.after(ms, () => {
      this.#late.delete(timer);
      act();
    });
    this.#late.set(timer, act);
  }

  #release(line: Line): void {
    const held = this.#held.get(line);
    if (held === undefined) return;
    this.#held.delete(line);
    for (const emit of held) emit();
  }
}

function concerns({ fault }: ArmedFault, subject: FrameSubject): boolean {
  const { account, channel } = fault;
  if (channel !== undefined && channel !== subject.channel) return false;
  return account === undefined || account === subject.account;
}
