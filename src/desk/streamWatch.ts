import type { AccountManager } from '../accounts/accountManager.ts';
import type { AccountSync } from './accountSync.ts';
import type { KernelContext } from './kernelContext.ts';

export interface WatchParts {
  readonly context: KernelContext;
  readonly accounts: readonly AccountManager[];
  readonly syncs: readonly AccountSync[];
  /** The account's snapshots have stopped while its connection lives: it is out of touch. */
  readonly lost: (account: AccountManager) => void;
  /** Has the connections replaced that carry the account's streams. */
  readonly refresh: (account: number) => void;
}

/** As long as the connection's own heartbeat. */
const BEAT_MS = 20_000;
/** A beat is taken in so many parts, so that a thousand accounts are not looked at in one step. */
const PARTS = 20;
/** Beats without a frame after which a stream is silent. */
const SILENT_BEATS = 2;
/** A stream that stays silent after it was renewed is given ever more beats, up to these. */
const LONGEST_BEATS = 16;
/** An account of a family without streams is asked for so often while orders of its work. */
const WORKING_MS = 5000;

/** What was heard of one stream that has a pulse of its own. */
class Pulse {
  /** Whether it was heard since the last beat. */
  isFed = false;
  #wasHeard = false;
  /** Since it was heard, or called silent, last. */
  #beats = 0;
  #patience = SILENT_BEATS;

  hear(): void {
    this.isFed = true;
    this.#wasHeard = true;
    this.#beats = 0;
  }

  /** True when the stream, once heard, has been silent for too long. */
  beat(): boolean {
    if (this.isFed) this.#patience = Math.max(SILENT_BEATS, this.#patience / 2);
    this.isFed = false;
    this.#beats += 1;
    if (!this.#wasHeard || this.#beats < this.#patience) return false;
    this.#beats = 0;
    this.#patience = Math.min(LONGEST_BEATS, this.#patience * 2);
    return true;
  }
}

/**
 * Watches each stream where the connection's heartbeat cannot: one account's or market's frames may
 * stop while the others go on. Snapshots and books have a pulse. Events have none, so accounts
 * without snapshots are asked for over REST, and what differs betrays a silent stream.
 */
export class StreamWatch {
  readonly #parts: WatchParts;
  readonly #snapshots: readonly Pulse[];
  /** Of public channels, by channel and market. */
  readonly #public = new Map<string, Pulse>();
  readonly #polled = new Set<number>();
  #hasBegun = false;
  #ticks = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#snapshots = parts.accounts.map(() => new Pulse());
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#beatLater();
    this.#workingLater();
  }

  /** A snapshot of the account came. */
  heard(account: number): void {
    this.#snapshots[account]?.hear();
  }

  /** A frame of a public channel came, such as `book 0`. */
  heardPublic(stream: string): void {
    const pulse = this.#public.get(stream) ?? new Pulse();
    this.#public.set(stream, pulse);
    pulse.hear();
  }

  /** Whether the family has streams at all, or must be asked for. */
  streams(family: number, has: boolean): void {
    if (has) this.#polled.delete(family);
    else this.#polled.add(family);
  }

  #beatLater(): void {
    this.#parts.context.after(BEAT_MS / PARTS, () => {
      this.#ticks += 1;
      const part = this.#ticks % PARTS;
      const { accounts } = this.#parts;
      for (let i = part; i < accounts.length; i += PARTS) {
        this.#beatOf(accounts[i] as AccountManager);
      }
      if (part === 0) this.#publicBeat();
      this.#beatLater();
    });
  }

  #publicBeat(): void {
    const { accounts, refresh, context } = this.#parts;
    const silent = [...this.#public].flatMap(([name, pulse]) => (pulse.beat() ? [name] : []));
    if (silent.length === 0) return;
    context.record('stream_silent', { channels: silent });
    // Public channels come over the first family's connection.
    if (accounts[0] !== undefined) refresh(accounts[0].identity.index);
  }

  #beatOf(account: AccountManager): void {
    const { context, lost, refresh, syncs } = this.#parts;
    const { index, family } = account.identity;
    const pulse = this.#snapshots[index] as Pulse;
    const { isFed } = pulse;
    const isSilent = pulse.beat();
    if (account.status === 'syncing') return;
    if (isSilent && account.status === 'ready') {
      context.record('stream_silent', { account: index });
      lost(account);
      syncs[index]?.full();
      refresh(index);
      return;
    }
    if (isFed) return;
    // Every second beat where events come, so that a silent stream of events is noticed in two.
    const beats = Math.floor(this.#ticks / PARTS);
    if (this.#polled.has(family) || beats % SILENT_BEATS === 1) {
      syncs[index]?.check();
    }
  }

  #workingLater(): void {
    this.#parts.context.after(WORKING_MS, () => {
      for (const { identity, working } of this.#parts.accounts) {
        if (working.size > 0 && this.#polled.has(identity.family)) {
          this.#parts.syncs[identity.index]?.check();
        }
      }
      this.#workingLater();
    });
  }
}
