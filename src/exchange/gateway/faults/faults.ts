import type { Timers } from '../../../std/host.ts';
import { ArmedFault } from './armedFault.ts';
import type { Fault, FaultKind, FaultProfile } from './fault.ts';
import { FrameFaults, type FrameSubject, type Line } from './frameFaults.ts';
import { Outages } from './outages.ts';
import { type Mishap, RequestFaults, type RequestSubject } from './requestFaults.ts';
import { StaleFaults } from './staleFaults.ts';

/** A fault with what became of it. */
export interface FaultReport extends Fault {
  readonly isOn: boolean;
  readonly hits: number;
}

/**
 * Everything that goes wrong on purpose. The gateway asks it at its doors: when a socket opens, when
 * a request comes, before it is answered, before a frame goes out, and at the start of every step.
 */
export class Faults {
  readonly outages: Outages;
  readonly #profile: FaultProfile;
  readonly #nowMs: () => number;
  readonly #armed: readonly ArmedFault[];
  readonly #frames: FrameFaults;
  readonly #stale: StaleFaults;
  readonly #requests: RequestFaults;

  /** `nowMs` is the exchange's steady clock, which no fault moves. */
  constructor(profile: FaultProfile, timers: Timers, nowMs: () => number) {
    this.#profile = profile;
    this.#nowMs = nowMs;
    const setMs = nowMs();
    this.#armed = profile.faults.map(
      (fault, i) => new ArmedFault(fault, profile.seed + 0x9e3779b9 * (i + 1), setMs),
    );
    this.#frames = new FrameFaults(
      this.#of('drop', 'delay', 'duplicate', 'reorder', 'cut'),
      timers,
    );
    this.#stale = new StaleFaults(this.#of('stale'));
    this.#requests = new RequestFaults(
      this.#of('answer', 'timeout', 'cut-request'),
      this.#of('omit-id'),
    );
    this.outages = new Outages(this.#of('clock', 'halt', 'restart'));
  }

  /** Hands a frame to its line, or does what has to go wrong instead. */
  frame(line: Line, subject: FrameSubject, text: string): void {
    const nowMs = this.#nowMs();
    const said = this.#stale.pass(subject.channel, subject.account, text, nowMs);
    this.#frames.pass(line, subject, said, nowMs);
  }

  /** What was held back goes out now. */
  end(): void {
    this.#frames.end();
  }

  /** Whether frames have to be shown at all. */
  get touchFrames(): boolean {
    return this.#frames.any || this.#stale.any;
  }

  /** A read's body as it is, or as it was. */
  read(route: string, account: string | undefined, body: string): string {
    return this.#stale.any ? this.#stale.pass(route, account, body, this.#nowMs()) : body;
  }

  mishap(subject: RequestSubject): Mishap | undefined {
    return this.#requests.any ? this.#requests.mishap(subject, this.#nowMs()) : undefined;
  }

  omitsId(subject: RequestSubject): boolean {
    return this.#requests.omitsId(subject, this.#nowMs());
  }

  /** How long a new socket is well before it falls silent; `undefined` for ever. */
  halfOpenAfterMs(): number | undefined {
    const nowMs = this.#nowMs();
    const struck = this.#of('half-open').find((each) => each.strikes(nowMs));
    return struck === undefined ? undefined : (struck.fault.ms ?? 0);
  }

  report(): { readonly seed: number; readonly faults: readonly FaultReport[] } {
    const nowMs = this.#nowMs();
    return {
      seed: this.#profile.seed,
      faults: this.#armed.map((each) => ({
        ...each.fault,
        isOn: each.isOn(nowMs),
        hits: each.hits,
      })),
    };
  }

  #of(...kinds: readonly FaultKind[]): ArmedFault[] {
    return this.#armed.filter(({ fault }) => kinds.includes(fault.kind));
  }
}
