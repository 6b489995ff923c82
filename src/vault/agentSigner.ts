import type {
  CancelAllCommand,
  CancelCommand,
  LeverageCommand,
  SignedRequest,
  SignerPort,
} from '../desk/ports.ts';
import type { OrderRequest } from '../gate/orderRequest.ts';
import type { ReservedOrder } from '../gate/reservedOrder.ts';
import { encodeBase58 } from '../protocol/base58.ts';
import type { MarketIndex } from '../protocol/marketIndex.ts';
import {
  UPDATE_LEVERAGE,
  updateLeverageData,
} from '../protocol/operations/account/updateLeverage.ts';
import type { Operation } from '../protocol/operations/operation.ts';
import { CANCEL_ALL_ORDERS, cancelAllData } from '../protocol/operations/orders/cancelAllOrders.ts';
import {
  CANCEL_ORDER,
  cancelByClientIdData,
  cancelByIdData,
} from '../protocol/operations/orders/cancelOrder.ts';
import { CREATE_ORDER, createOrderData } from '../protocol/operations/orders/createOrder.ts';
import { canonicalMessage, signedBody } from '../protocol/signing.ts';
import { invariant } from '../std/assert.ts';
import type { SigningKey } from '../std/host.ts';
import { refuseOwnerKey } from './parseAgentKey.ts';

/** An account of the desk with the agent key that signs for it. */
export interface SignerAccount {
  /** Base58. */
  readonly address: string;
  readonly key: SigningKey;
}

interface Signatory {
  readonly account: string;
  readonly agentWallet: string;
  readonly key: SigningKey;
}

const { isSafeInteger } = Number;

const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const MESSAGE_BYTES = 4096;

/**
 * Signs with agent keys in this process. There is a method for each thing that the desk may ask of
 * the exchange and none that takes text or bytes. Everything in a message is an integer, a decimal,
 * a UUID or a checked symbol, so that no value can change what a message means.
 */
export class AgentSigner implements SignerPort {
  readonly #signatories: readonly Signatory[];
  readonly #markets: MarketIndex;
  readonly #expiryWindowMs: number;
  readonly #message = Buffer.alloc(MESSAGE_BYTES);

  /** `accounts` in the order of the desk's indexes; throws `KEY_INVALID` for an owner's key. */
  constructor(accounts: readonly SignerAccount[], markets: MarketIndex, expiryWindowMs: number) {
    this.#signatories = accounts.map(({ address, key }, index) => {
      const agentWallet = encodeBase58(key.publicKey);
      refuseOwnerKey({ account: address, publicKey: agentWallet }, `account ${index} (${address})`);
      return { account: address, agentWallet, key };
    });
    this.#markets = markets;
    this.#expiryWindowMs = expiryWindowMs;
  }

  order(requestId: number, reserved: ReservedOrder, wallMs: number): SignedRequest | undefined {
    if (wallMs > reserved.sendByMs) return undefined;
    const { request } = reserved;
    invariant(UUID.test(request.clientOrderId), 'a client order id must be a UUID');
    // A stop or an edit signed as a plain order would be another order than the one that was checked.
    invariant(isPlain(request), 'only plain limit and market orders are signed');
    const data = createOrderData({
      market: this.#markets.byId(request.market),
      side: request.side,
      priceTicks: request.priceTicks,
      lots: request.lots,
      // The exchange bounds a market order by its own mark price, which the gate has not seen; an
      // IOC at the worst price that the gate has seen buys the same and never more.
      tif: request.kind === 'market' ? 'IOC' : request.tif,
      reduceOnly: request.reduceOnly,
      clientOrderId: request.clientOrderId,
    });
    return this.#sign(requestId, request.account, CREATE_ORDER, data, wallMs);
  }

  cancel(requestId: number, command: CancelCommand, wallMs: number): SignedRequest {
    const { account, market, clientOrderId, venueOrderId } = command;
    // A stranger's order may bear any name; ours are UUIDs.
    const data =
      clientOrderId !== undefined && UUID.test(clientOrderId)
        ? cancelByClientIdData(market.symbol, clientOrderId)
        : cancelByIdData(market.symbol, counted(venueOrderId));
    return this.#sign(requestId, account, CANCEL_ORDER, data, wallMs);
  }

  cancelAll(requestId: number, command: CancelAllCommand, wallMs: number): SignedRequest {
    const data = cancelAllData(command.excludeReduceOnly);
    return this.#sign(requestId, command.account, CANCEL_ALL_ORDERS, data, wallMs);
  }

  leverage(requestId: number, command: LeverageCommand, wallMs: number): SignedRequest {
    const data = updateLeverageData(command.market.symbol, counted(command.leverage));
    return this.#sign(requestId, command.account, UPDATE_LEVERAGE, data, wallMs);
  }

  /** Wipes every key from memory; signing afterwards throws. */
  destroy(): void {
    for (const { key } of this.#signatories) key.destroy();
  }

  #sign<Fields>(
    requestId: number,
    account: number,
    operation: Operation<Fields>,
    data: string,
    timestampMs: number,
  ): SignedRequest {
    const signatory = this.#signatories[account];
    invariant(signatory !== undefined, `no key for account ${account}`);
    const expiryWindowMs = this.#expiryWindowMs;
    const { agentWallet, key } = signatory;
    const header = { account: signatory.account, agentWallet, timestampMs, expiryWindowMs };
    const text = canonicalMessage(operation.type, data, header);
    invariant(text.length <= MESSAGE_BYTES, `a message of ${text.length} bytes`);
    // One byte a character: see the class.
    const length = this.#message.write(text, 'latin1');
    const signature = encodeBase58(key.sign(this.#message.subarray(0, length)));
    return {
      requestId,
      account,
      path: operation.path,
      wsKey: operation.wsKey,
      body: signedBody(data, header, signature),
      timestampMs,
      expiryWindowMs,
    };
  }
}

function isPlain({ kind, replaces, attached }: OrderRequest): boolean {
  const known = kind === 'limit' || kind === 'market';
  return known && replaces === undefined && attached === undefined;
}

function counted(value: number | undefined): number {
  invariant(isSafeInteger(value) && Number(value) > 0, `not a positive integer: ${value}`);
  return Number(value);
}
