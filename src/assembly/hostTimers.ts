import type { TimerPort } from '../desk/ports.ts';
import type { Clock, Timer, Timers } from '../std/host.ts';

/** Kernel timers on a host's: armed by number, fired back by number. */
export class HostTimers implements TimerPort {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #fire: (id: number) => void;
  readonly #armed = new Map<number, Timer>();
  #closed = false;

  constructor(clock: Clock, timers: Timers, fire: (id: number) => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#fire = fire;
  }

  arm(id: number, atMs: number): void {
    if (this.#closed) return;
    this.#armed.get(id)?.cancel();
    const delayMs = Math.max(0, atMs - Math.floor(this.#clock.monoUs() / 1000));
    const timer = this.#timers.after(delayMs, () => {
      this.#armed.delete(id);
      this.#fire(id);
    });
    this.#armed.set(id, timer);
  }

  disarm(id: number): void {
    this.#armed.get(id)?.cancel();
    this.#armed.delete(id);
  }

  /** Nothing fires any more, nor can anything be armed. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#armed.values()) timer.cancel();
    this.#armed.clear();
  }
}
