import type { ExchangeSettings } from '../../settings.ts';
import type { SocketSession } from './socketSession.ts';

/** All open WebSockets: how many each peer has, and which are to be closed. */
export class Connections {
  readonly #settings: ExchangeSettings;
  readonly #peers: Map<SocketSession, string> = new Map();
  readonly #counts: Map<string, number> = new Map();

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
  }

  /** Whether a peer may open one more. */
  hasRoom(peer: string): boolean {
    return (this.#counts.get(peer) ?? 0) < this.#settings.connectionsPerPeer;
  }

  opened(session: SocketSession, peer: string): void {
    this.#peers.set(session, peer);
    this.#counts.set(peer, (this.#counts.get(peer) ?? 0) + 1);
  }

  closed(session: SocketSession): void {
    session.closed();
    const peer = this.#peers.get(session);
    if (peer === undefined) return;
    this.#peers.delete(session);
    const left = (this.#counts.get(peer) ?? 1) - 1;
    if (left > 0) this.#counts.set(peer, left);
    else this.#counts.delete(peer);
  }

  cutAll(): void {
    for (const session of [...this.#peers.keys()]) session.cut();
  }

  /** Closes what has been idle for too long, or is too old; `nowMs` is the steady clock's. */
  closeOverdue(nowMs: number): void {
    const { idleCloseMs, lifetimeMs } = this.#settings;
    for (const session of [...this.#peers.keys()]) {
      const isOld = nowMs - session.openedMs >= lifetimeMs;
      if (session.isSilent) {
        if (isOld) session.cut();
      } else if (nowMs - session.lastMessageMs >= idleCloseMs) session.close('idle');
      else if (isOld) session.close('lifetime');
    }
  }
}
