import type { Market } from '../../../protocol/market.ts';
import type { Order } from '../orders/order.ts';
import { type Account, type AccountSeed, makeAccount } from './account.ts';

/** All accounts, and every order of theirs that a history still keeps. */
export class AccountRegistry {
  readonly all: readonly Account[];
  /** Orders by id, open or ended. */
  readonly orders: Map<number, Order> = new Map();
  readonly #byAddress: Map<string, Account> = new Map();

  constructor(seeds: readonly AccountSeed[], markets: readonly Market[], historyRows: number) {
    const forget = (order: Order): void => this.#forget(order);
    this.all = seeds.map((seed, index) => makeAccount(index, seed, markets, historyRows, forget));
    for (const account of this.all) this.#byAddress.set(account.address, account);
  }

  byAddress(address: string): Account | undefined {
    return this.#byAddress.get(address);
  }

  remember(order: Order): void {
    const { account, clientOrderId } = order;
    this.orders.set(order.id, order);
    account.orderLog.append(order);
    if (clientOrderId !== null) account.byClientId.set(clientOrderId, order);
  }

  #forget(order: Order): void {
    const { account, clientOrderId } = order;
    this.orders.delete(order.id);
    if (clientOrderId !== null && account.byClientId.get(clientOrderId) === order) {
      account.byClientId.delete(clientOrderId);
    }
  }
}
