import type { PastOrder } from '../gate/mirrorRule.ts';
import type { Json } from '../protocol/canonicalJson.ts';
import type { LogRecord, RecordBody } from './record.ts';

type Writable = { -readonly [K in keyof PastOrder]: PastOrder[K] };

/** The numbers of the session that starts now, to which those of earlier ones are brought. */
export interface PresentNumbers {
  /** Addresses by number. */
  readonly accounts: readonly string[];
  /** Symbols by number. */
  readonly markets: readonly string[];
  readonly configHash: string;
}

/**
 * Collects from a log the orders that the gate let through since `sinceMs`, each with the lots that
 * it filled, or may still fill where its end is not told. Give `visit` to whoever reads the log; to
 * read it twice changes nothing.
 */
export class PastOrders {
  readonly #present: PresentNumbers;
  readonly #sinceMs: number;
  readonly #orders = new Map<string, Writable>();
  /** Addresses that only earlier sessions had: they are the owner's all the same. */
  readonly #former: string[] = [];
  #session: RecordBody = {};

  constructor(present: PresentNumbers, sinceMs: number) {
    this.#present = present;
    this.#sinceMs = sinceMs;
  }

  /** In the order in which the gate let them through. */
  get orders(): readonly PastOrder[] {
    return [...this.#orders.values()];
  }

  readonly visit = (record: LogRecord): void => {
    const { type, body } = record;
    if (type === 'log_start') this.#session = body;
    else if (record.tWall < this.#sinceMs) return;
    else if (type === 'decision') this.#decided(body);
    else if (type === 'order_end') this.#ended(body);
  };

  #decided(body: RecordBody): void {
    const { side, tif, clientOrderId } = body;
    const market = this.#present.markets.indexOf(String(body.symbol));
    const account = this.#accountOf(Number(body.account));
    if (market === -1 || account === undefined) return;
    const postOnly = tif === 'ALO' || tif === 'TOB';
    this.#orders.set(String(clientOrderId), {
      account,
      market,
      side: side === 'bid' ? 'bid' : 'ask',
      lots: Number(body.lots),
      postOnly,
      // Logs of earlier versions do not say: then the worse.
      opening: body.opening === undefined ? !postOnly && body.reduceOnly !== true : !!body.opening,
      // In another configuration the same number may be another strategy's.
      strategy: this.#session.configHash === this.#present.configHash ? Number(body.strategy) : 0,
      reservedAtMs: Number(body.reservedAtMs),
    });
  }

  #ended(body: RecordBody): void {
    const order = this.#orders.get(String(body.clientOrderId));
    if (order !== undefined) order.lots = Number(body.doneLots);
  }

  #accountOf(number: number): number | undefined {
    const { accounts } = this.#session;
    // Logs of earlier versions do not name the accounts: their numbers are taken as they are.
    if (accounts === undefined) return number;
    const address = (accounts as readonly Json[])[number];
    if (typeof address !== 'string') return undefined;
    const now = this.#present.accounts.indexOf(address);
    if (now !== -1) return now;
    if (!this.#former.includes(address)) this.#former.push(address);
    return this.#present.accounts.length + this.#former.indexOf(address);
  }
}
