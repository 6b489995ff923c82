import { invariant } from '../std/assert.ts';
import type { OrderRequest } from './orderRequest.ts';

/** How long a reservation may wait for its signature; the signer refuses it afterwards. */
export const SEND_WITHIN_MS = 500;

const TOKEN = Symbol('mint');

/** Makes reserved orders. */
export type Mint = (
  number: number,
  request: OrderRequest,
  opening: boolean,
  nowMs: number,
) => ReservedOrder;

let handedOut = false;

/** Hands the mint to the first who asks, which is the gate; whoever comes second stops the process. */
export function takeMint(): Mint {
  invariant(!handedOut, 'only the gate mints reserved orders');
  handedOut = true;
  return (number, request, opening, nowMs) =>
    new ReservedOrder(TOKEN, number, request, opening, nowMs);
}

/**
 * An order that passed the gate and is counted in the exposure of its owner. Nothing else can be
 * signed; nothing but the gate can make one.
 */
export class ReservedOrder {
  readonly #number: number;
  readonly #request: OrderRequest;
  readonly #opening: boolean;
  readonly #reservedAtMs: number;

  constructor(
    token: symbol,
    number: number,
    request: OrderRequest,
    opening: boolean,
    nowMs: number,
  ) {
    invariant(token === TOKEN, 'only the gate mints reserved orders');
    this.#number = number;
    // What was checked is what is signed.
    this.#request = Object.freeze(request);
    this.#opening = opening;
    this.#reservedAtMs = nowMs;
  }

  /** Running number of the reservation, from 1. */
  get number(): number {
    return this.#number;
  }

  /** What may be sent: as asked, or less aggressive where it was clamped. */
  get request(): OrderRequest {
    return this.#request;
  }

  /** It counts as an opening in the mirror rule: it takes, and can increase its position. */
  get opening(): boolean {
    return this.#opening;
  }

  /** Wall ms of the decision. */
  get reservedAtMs(): number {
    return this.#reservedAtMs;
  }

  /** Last wall ms at which it may be signed. */
  get sendByMs(): number {
    return this.#reservedAtMs + SEND_WITHIN_MS;
  }

  /** True for a genuine one: no cast and no look-alike passes. */
  static isReserved(value: object): value is ReservedOrder {
    return #request in value;
  }
}
