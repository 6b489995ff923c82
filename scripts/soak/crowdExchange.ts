import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { startExchangeProcess } from '../../src/cli/exchangeProcess.ts';

export interface CrowdRun {
  readonly connections: number;
  readonly progress: (done: number) => void;
}

export interface CrowdResult {
  readonly done: number;
  readonly failure?: string;
}

const BATCH = 500;
/** What so many connections may cost a server that keeps none of them: buffers of the runtime. */
const MOST_GROWTH_KB = 150_000;

/**
 * Opens connections to an exchange of the command line and leaves them open, half of them silent and
 * half of them WebSockets of one peer. It must go on sending books to who was there before, answer
 * when they have gone, and keep nothing of them.
 */
export async function crowdExchange({ connections, progress }: CrowdRun): Promise<CrowdResult> {
  const exchange = startExchangeProcess(['--accounts', '2']);
  const { rest, ws } = JSON.parse(await exchange.ready) as { rest: string; ws: string };
  const watcher = watch(ws);
  await watcher.book();
  const before = memoryKb(exchange.pid);
  const crowd: (() => void)[] = [];
  try {
    for (let at = 0; at < connections; at += BATCH) {
      const count = Math.min(BATCH, connections - at);
      const batch = Array.from({ length: count }, (_, i) =>
        i % 2 === 0 ? openSilent(rest) : openSocket(ws),
      );
      for (const leave of await Promise.all(batch)) crowd.push(leave);
      if (!(await watcher.book())) return { done: at, failure: 'the books stopped' };
      progress(at + count);
    }
    const grown = memoryKb(exchange.pid) - before;
    for (const leave of crowd.splice(0)) leave();
    while ((await statusOf(rest)) !== 200) if (!(await watcher.book())) break;
    if (!(await watcher.book())) return { done: connections, failure: 'the books stopped' };
    const why = `its memory grew by ${grown} kB`;
    return grown > MOST_GROWTH_KB ? { done: connections, failure: why } : { done: connections };
  } finally {
    for (const leave of crowd) leave();
    watcher.leave();
    await exchange.stop();
  }
}

/** Somebody who wants to see the book. */
function watch(ws: string): { book(): Promise<boolean>; leave(): void } {
  const inner = new WebSocket(ws);
  let closed = false;
  let wake = (): void => undefined;
  const params = { source: 'book', symbol: 'BTC', agg_level: 1 };
  inner.on('open', () => inner.send(JSON.stringify({ method: 'subscribe', params })));
  inner.on('message', () => wake());
  inner.on('error', () => undefined);
  inner.on('close', () => {
    closed = true;
    wake();
  });
  const ping = setInterval(() => inner.send('{"method":"ping"}'), 20_000);
  return {
    /** Whether one more frame came. */
    async book(): Promise<boolean> {
      if (closed) return false;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      return !closed;
    },
    leave(): void {
      clearInterval(ping);
      inner.terminate();
    },
  };
}

/** A connection that says nothing; resolves when it is made or refused, with its end. */
function openSilent(rest: string): Promise<() => void> {
  const { hostname, port } = new URL(rest);
  const socket: Socket = connect(Number(port), hostname);
  return settled(
    () => socket.destroy(),
    (done) => {
      socket.on('connect', done).on('error', done).on('close', done);
    },
  );
}

function openSocket(ws: string): Promise<() => void> {
  const inner = new WebSocket(ws);
  return settled(
    () => inner.terminate(),
    (done) => {
      inner.on('open', done).on('error', done).on('close', done);
    },
  );
}

async function settled(leave: () => void, listen: (done: () => void) => void): Promise<() => void> {
  await new Promise<void>((resolve) => listen(resolve));
  return leave;
}

function statusOf(rest: string): Promise<number> {
  return fetch(`${rest}/info`).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => 0,
  );
}

/** Resident memory of a process; 0 where the system does not tell. */
function memoryKb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
