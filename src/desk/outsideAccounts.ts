import { AccountManager } from '../accounts/accountManager.ts';
import type { Market } from '../protocol/market.ts';
import { AccountQueries } from './accountQueries.ts';
import { ForeignOrders, type ForeignParts } from './foreignOrders.ts';
import type { Requests } from './requests.ts';

/** What it takes to count orders that the desk did not send. */
export interface StrangerParts extends ForeignParts {
  readonly markets: readonly Market[];
  readonly requests: Requests;
}

/** Each is asked for its open orders so often. What is sent and gone in between is not seen. */
const READ_MS = 10_000;

interface Outside {
  readonly number: number;
  readonly queries: AccountQueries;
  readonly orders: ForeignOrders;
}

/**
 * Accounts of the owner that this desk does not trade. What rests in them counts in every decision,
 * like any order that the desk did not send; every market is closed until each has been read once.
 */
export class OutsideAccounts {
  readonly #parts: StrangerParts;
  readonly #accounts: readonly Outside[];

  /** `firstNumber`: above those of the desk's own accounts. */
  constructor(parts: StrangerParts, addresses: readonly string[], firstNumber: number) {
    this.#parts = parts;
    this.#accounts = addresses.map((address, i) => this.#add(address, firstNumber + i));
  }

  /** Reads them from now on. */
  begin(): void {
    for (const account of this.#accounts) this.#read(account, 'evidence');
  }

  #add(address: string, number: number): Outside {
    const { context, gate, requests, markets } = this.#parts;
    gate.addAccount(number, true);
    const identity = { index: number, name: `outside ${address}`, address, family: 0 };
    const nothing = (): void => undefined;
    const manager = new AccountManager(identity, markets, gate, {
      ...{ orderEnded: nothing, orderChanged: nothing, filled: nothing, foreignOrder: nothing },
    });
    // Whose they are is known, so nobody needs to be woken for each of them.
    const alarm = (sentence: string): void => {
      context.record('outside_order', { sentence });
    };
    return {
      number,
      // Anybody may read what an account has open: the first of ours asks.
      queries: new AccountQueries(context, requests, { ...identity, index: 0 }),
      orders: new ForeignOrders({ ...this.#parts, alarm }, manager),
    };
  }

  #read(account: Outside, lane: 'evidence' | 'poll'): void {
    const { context, gate } = this.#parts;
    const { queries, orders, number } = account;
    const before = orders.known;
    queries.ask(
      'orders',
      ({ rows }) => {
        for (const row of rows) orders.adopt(row);
        orders.keep(before, rows);
        gate.accountKnown(number);
        context.after(READ_MS, () => this.#read(account, 'poll'));
      },
      { lane },
    );
  }
}
