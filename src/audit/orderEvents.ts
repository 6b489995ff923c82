import type { Json } from '../protocol/canonicalJson.ts';
import type { LogRecord } from './record.ts';

/** One thing that a log says about an order. */
export interface OrderEvent {
  readonly seq: number;
  /** The record's type. */
  readonly type: string;
  /** The `status` that stands beside the order's name, if any. */
  readonly status?: string;
}

/**
 * Collects what a log says about each order, in order. An order is named by a `clientOrderId`
 * anywhere in a record, so a record about a pair counts for both legs. Give `visit` to the verifier.
 */
export class OrderEvents {
  readonly byOrder: Map<string, OrderEvent[]> = new Map();

  readonly visit = (record: LogRecord): void => {
    this.#look(record, record.body);
  };

  #look(record: LogRecord, value: Json): void {
    if (typeof value !== 'object' || value === null) return;
    if ('clientOrderId' in value && typeof value.clientOrderId === 'string') {
      this.#add(value.clientOrderId, record, value.status);
    }
    for (const inner of Object.values(value)) this.#look(record, inner);
  }

  #add(clientOrderId: string, record: LogRecord, status: Json | undefined): void {
    const events = this.byOrder.get(clientOrderId) ?? [];
    const { seq, type } = record;
    events.push(typeof status === 'string' ? { seq, type, status } : { seq, type });
    this.byOrder.set(clientOrderId, events);
  }
}
