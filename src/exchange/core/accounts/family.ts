import type { Account } from './account.ts';

/** A main account and its subaccounts. They share credits and fee level, and have one owner. */
export interface Family {
  readonly number: number;
  /** Number of the person behind it, from 1. */
  readonly owner: number;
  readonly main: Account;
  /** The main account and its subaccounts, in the order of creation. */
  readonly members: Account[];
}
