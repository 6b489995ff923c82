import { COST } from '../../../protocol/operations/operation.ts';
import { BATCH_ORDERS } from '../../../protocol/operations/orders/batchOrders.ts';
import type { HttpRequest, HttpResponse } from '../../../std/host.ts';
import { BATCH, type OperationKey } from '../../core/exchange.ts';
import { SERVED } from '../../core/requests/operationTable.ts';
import {
  malformed,
  notFound,
  RATE_LIMITED,
  type Refusal,
  TIMED_OUT,
} from '../../core/requests/refusal.ts';
import { refusalBody, restData } from '../../payloads/replyPayloads.ts';
import { WINDOW_S } from '../credits/creditMeter.ts';
import { operationTenths, type Payer } from '../credits/creditMeters.ts';
import { accountIn, type Mishap } from '../faults/requestFaults.ts';
import type { Gateway } from '../gateway.ts';
import { parseMessage } from '../parseMessage.ts';
import { GET_WITH_BODY, hasGetBody } from './getBodies.ts';
import { httpDate } from './httpDate.ts';
import { Query } from './query.ts';
import { isEmptyHistory, type Read } from './read.ts';
import { HEAVY_READS, LIGHT_READS } from './reads.ts';

/** Where everything of the exchange's API lies. */
export const API = '/api/v1';

const OPERATIONS: ReadonlyMap<string, OperationKey> = new Map<string, OperationKey>([
  [BATCH_ORDERS.path, BATCH],
  ...SERVED.map(({ path, type }): [string, OperationKey] => [path, type]),
]);

/** The exchange over HTTP: reads at once, operations when the exchange answers. */
export class RestApi {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  handle(request: HttpRequest, peer: string): Promise<HttpResponse> {
    if (this.#gateway.settings.refuseGetBodies && hasGetBody(request)) {
      return Promise.resolve(GET_WITH_BODY);
    }
    const nowMs = this.#gateway.nowMs();
    const payer = this.#gateway.meters.payer(request.headers, peer, nowMs);
    const [path = '', query = ''] = request.path.split('?', 2);
    const route = path.startsWith(API) ? path.slice(API.length) : '';
    if (request.method === 'GET') return this.#readOrSuffer(route, query, payer);
    const key = OPERATIONS.get(route);
    if (key !== undefined) return this.#operate(key, request.body ?? '', payer);
    return Promise.resolve(this.#refuse(notFound('Not found'), payer));
  }

  #readOrSuffer(route: string, query: string, payer: Payer): Promise<HttpResponse> {
    const account = new Query(query).optional('account');
    const mishap = this.#gateway.faults.mishap({ transport: 'rest', operation: route, account });
    if (mishap !== undefined) return this.#suffer(mishap, payer);
    return Promise.resolve(this.#read(route, query, payer));
  }

  /** What happens in place of the answer. */
  #suffer({ act, refusal }: Mishap, payer: Payer): Promise<HttpResponse> {
    if (act === 'silence') return new Promise(() => undefined);
    if (act === 'answer') return Promise.resolve(this.#refuse(refusal, payer));
    return Promise.resolve({ status: 0, headers: {}, body: '' });
  }

  #read(route: string, query: string, payer: Payer): HttpResponse {
    const heavy = HEAVY_READS.get(route);
    const reader = heavy ?? LIGHT_READS.get(route);
    if (reader === undefined) return this.#refuse(notFound('Not found'), payer);
    const { settings } = this.#gateway;
    const heavyTenths = payer.identified
      ? settings.heavyGetTenths
      : settings.heavyGetUnidentifiedTenths;
    if (!this.#spend(payer, heavy === undefined ? COST.get : heavyTenths)) {
      return this.#refuse(RATE_LIMITED, payer);
    }
    const parameters = new Query(query);
    const result = this.#gateway.run((state) => reader(state, parameters));
    if (!result.ok) return this.#refuse(result.refusal, payer);
    if (settings.emptyHistory === 'timeout' && isEmptyHistory(result.value, parameters)) {
      return this.#refuse(TIMED_OUT, payer);
    }
    const account = parameters.optional('account');
    const body = this.#gateway.faults.read(route, account, readBody(result.value));
    return this.#respond(200, body, payer);
  }

  #operate(key: OperationKey, text: string, payer: Payer): Promise<HttpResponse> {
    const body = parseMessage(text);
    const account = accountIn(body);
    const mishap = this.#gateway.faults.mishap({ transport: 'rest', operation: key, account });
    if (mishap?.at === 'before') return this.#suffer(mishap, payer);
    if (!this.#spend(payer, operationTenths(key, body, this.#gateway.settings))) {
      return Promise.resolve(this.#refuse(RATE_LIMITED, payer));
    }
    if (body === undefined) {
      return Promise.resolve(this.#refuse(malformed('expected value at line 1 column 1'), payer));
    }
    return new Promise((resolve) => {
      this.#gateway.submit(key, body, payer.peer, (result) => {
        if (mishap !== undefined) {
          resolve(this.#suffer(mishap, payer));
          return;
        }
        if (!result.ok) {
          resolve(this.#refuse(result.refusal, payer));
          return;
        }
        const data = restData(result.value);
        const answer = JSON.stringify({ success: true, data, error: null, code: null });
        resolve(this.#respond(200, answer, payer));
      });
    });
  }

  #spend({ meter }: Payer, tenths: number): boolean {
    const granted = meter.spend(this.#gateway.nowMs(), tenths);
    if (!granted) this.#gateway.truth.tooManyRequests += 1;
    return granted;
  }

  #refuse(refusal: Refusal, payer: Payer): HttpResponse {
    const response = this.#respond(refusal.status, refusalBody(refusal), payer);
    if (refusal.form !== 'bare') return response;
    return { ...response, headers: { ...response.headers, 'content-type': 'text/plain' } };
  }

  #respond(status: number, body: string, { meter }: Payer): HttpResponse {
    const nowMs = this.#gateway.nowMs();
    const left = meter.remainingTenths(nowMs);
    return {
      status,
      headers: {
        'content-type': 'application/json',
        date: httpDate(nowMs),
        ratelimit: `"credits";r=${left};t=${meter.refreshS(nowMs)}`,
        'ratelimit-policy': `"credits";q=${meter.quotaTenths};w=${WINDOW_S}`,
      },
      body,
    };
  }
}

/** Paginated reads show no error and no code, as documented. */
function readBody({ data, lastOrderId, nextCursor }: Read): string {
  const counter = lastOrderId === undefined ? {} : { last_order_id: lastOrderId };
  if (nextCursor === undefined) {
    return JSON.stringify({ success: true, data, error: null, code: null, ...counter });
  }
  const page = { next_cursor: nextCursor, has_more: nextCursor !== null };
  return JSON.stringify({ success: true, data, ...page, ...counter });
}
