import { encodeBase58 } from '../../../protocol/base58.ts';
import type { Market } from '../../../protocol/market.ts';
import { SeededRandom } from '../../../std/random.ts';
import type { Order } from '../orders/order.ts';
import type { Twap } from '../orders/twap.ts';
import { type Account, type AccountSeed, holdingOf, makeAccount } from './account.ts';
import type { Family } from './family.ts';

/** All accounts, their families, and every order of theirs that a history still keeps. */
export class AccountRegistry {
  /** Orders by id, open or ended. */
  readonly orders: Map<number, Order> = new Map();
  readonly twaps: Map<number, Twap> = new Map();
  /** Open orders that are older than their account's history. */
  readonly #outlived: Set<Order> = new Set();
  readonly #all: Account[] = [];
  readonly #byAddress: Map<string, Account> = new Map();
  readonly #families: Map<number, Family> = new Map();
  readonly #byApiKey: Map<string, Account> = new Map();
  readonly #markets: readonly Market[];
  readonly #historyRows: number;
  readonly #isolatedOnly: readonly Market[];
  #keysMade = 0;

  /** Positions in the markets `isolatedOnly` never stand on the balance. */
  constructor(
    seeds: readonly AccountSeed[],
    markets: readonly Market[],
    historyRows: number,
    isolatedOnly: readonly Market[],
  ) {
    this.#isolatedOnly = isolatedOnly;
    this.#markets = markets;
    this.#historyRows = historyRows;
    for (const seed of seeds) this.#open(seed);
  }

  /** In the order of creation. */
  get all(): readonly Account[] {
    return this.#all;
  }

  byAddress(address: string): Account | undefined {
    return this.#byAddress.get(address);
  }

  familyOf(account: Account): Family {
    return this.#families.get(account.family) as Family;
  }

  /** The family that an API config key stands for. */
  familyByApiKey(apiKey: string): Family | undefined {
    const account = this.#byApiKey.get(apiKey);
    return account && this.familyOf(account);
  }

  /** Opens the main account of a new family with an owner of its own. */
  openMain(address: string, nowMs: number): Account {
    const families = [...this.#families.values()];
    const family = 1 + Math.max(-1, ...families.map(({ number }) => number));
    const owner = 1 + Math.max(0, ...families.map((each) => each.owner));
    return this.#open({ address, family, owner, feeLevel: 0, createdMs: nowMs, ...EMPTY });
  }

  /** Opens a subaccount. It shares the owner, the credits and the fee level of its main account. */
  openSubaccount(address: string, main: Account, nowMs: number): Account {
    const { family, feeFloor, feeLevel, owner } = main;
    const seed = { address, family, owner, feeLevel: feeFloor, createdMs: nowMs, ...EMPTY };
    const account = this.#open(seed);
    account.feeLevel = feeLevel;
    return account;
  }

  /** Makes an API config key: `{8 characters}_{22 characters}`. It identifies and proves nothing. */
  makeApiKey(account: Account): string {
    this.#keysMade += 1;
    const random = new SeededRandom(this.#keysMade);
    const text = encodeBase58(Uint8Array.from({ length: 32 }, () => random.uint32() & 0xff));
    const apiKey = `${text.slice(0, 8)}_${text.slice(8, 30)}`;
    this.#takeApiKey(account, apiKey);
    return apiKey;
  }

  /** False when the account has no such key. */
  revokeApiKey(account: Account, apiKey: string): boolean {
    if (!account.apiKeys.delete(apiKey)) return false;
    this.#byApiKey.delete(apiKey);
    return true;
  }

  remember(order: Order): void {
    const { account, clientOrderId } = order;
    this.orders.set(order.id, order);
    account.orderLog.append(order);
    if (clientOrderId !== null) account.byClientId.set(clientOrderId, order);
  }

  rememberTwap(twap: Twap): void {
    const { account, clientOrderId } = twap;
    this.twaps.set(twap.id, twap);
    account.twapLog.append(twap);
    if (clientOrderId !== null) account.twapByClientId.set(clientOrderId, twap);
  }

  #open(seed: AccountSeed): Account {
    const forget = (order: Order): void => this.#forget(order);
    const forgetTwap = (twap: Twap): void => this.#forgetTwap(twap);
    const index = this.#all.length;
    const account = makeAccount(index, seed, this.#markets, this.#historyRows, forget, forgetTwap);
    for (const market of this.#isolatedOnly) holdingOf(account, market).isolated = true;
    this.#all.push(account);
    this.#byAddress.set(account.address, account);
    const family = this.#families.get(seed.family);
    if (family === undefined) {
      const { family: number, owner } = seed;
      this.#families.set(number, { number, owner, main: account, members: [account] });
      if (seed.apiKey !== undefined) this.#takeApiKey(account, seed.apiKey);
    } else {
      family.members.push(account);
    }
    return account;
  }

  #takeApiKey(account: Account, apiKey: string): void {
    account.apiKeys.add(apiKey);
    this.#byApiKey.set(apiKey, account);
  }

  /** An order has ended: its history may have dropped it already. */
  ended(order: Order): void {
    if (this.#outlived.delete(order)) this.#forget(order);
  }

  /** What is still open stays known: it can trade. */
  #forget(order: Order): void {
    const { account, clientOrderId } = order;
    if (account.open.has(order.id) || account.stops.has(order.id)) {
      this.#outlived.add(order);
      return;
    }
    this.orders.delete(order.id);
    if (clientOrderId !== null && account.byClientId.get(clientOrderId) === order) {
      account.byClientId.delete(clientOrderId);
    }
  }

  #forgetTwap(twap: Twap): void {
    const { account, clientOrderId } = twap;
    this.twaps.delete(twap.id);
    if (clientOrderId !== null && account.twapByClientId.get(clientOrderId) === twap) {
      account.twapByClientId.delete(clientOrderId);
    }
  }
}

const EMPTY = { agents: [], balanceMicro: 0 } as const;
