import { isBreakwaterError } from '../../../std/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../std/host.ts';
import type { ExchangeState } from '../../core/exchangeState.ts';
import { type FaultProfile, NO_FAULTS } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { parseFaults } from '../faults/parseFaults.ts';
import { orderTruth, truthReport } from '../truthReport.ts';
import { depositByAdmin } from './deposit.ts';

/** What loopback may ask and order of the running exchange. */
export interface Administered {
  readonly state: ExchangeState;
  readonly faults: Faults;
  setFaults(profile: FaultProfile): void;
  /** Works on the exchange as it is now. */
  run<T>(work: (state: ExchangeState) => T): T;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const FAULTS = '/admin/faults';
const DEPOSIT = '/admin/deposit';

const READS: ReadonlyMap<string, (exchange: Administered) => unknown> = new Map<
  string,
  (exchange: Administered) => unknown
>([
  ['/admin/truth', ({ state }) => truthReport(state)],
  ['/admin/orders', ({ state }) => orderTruth(state)],
  [FAULTS, ({ faults }) => faults.report()],
]);

/** Answers what is asked beside the exchange's own interface; `undefined` for everything else. */
export function administer(
  exchange: Administered,
  request: HttpRequest,
  peer: string,
): HttpResponse | undefined {
  if (!LOOPBACK.test(peer)) return undefined;
  const { body = '', method, path } = request;
  if (method === 'POST' && path === FAULTS) return replaceFaults(exchange, body);
  if (method === 'POST' && path === DEPOSIT) {
    const { status, value } = exchange.run((state) => depositByAdmin(state, body));
    return respond(status, value);
  }
  const read = method === 'GET' ? READS.get(path) : undefined;
  return read && respond(200, read(exchange));
}

/** All faults at once: the new profile in place of the old one, nothing in place of it for no body. */
function replaceFaults(exchange: Administered, body: string): HttpResponse {
  try {
    exchange.setFaults(body.trim() === '' ? NO_FAULTS : parseFaults(body, 'the request body'));
  } catch (thrown) {
    if (!isBreakwaterError(thrown)) throw thrown;
    return respond(400, { error: thrown.message });
  }
  return respond(200, exchange.faults.report());
}

function respond(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}
