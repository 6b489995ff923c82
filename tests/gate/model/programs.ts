// What the model check plays: up to three orders of two accounts, of every kind, at two prices.

/** What an order is. The stops wait at the venue until they fire; `EDIT` edits the program's first order. */
export type Kind = 'GTC' | 'IOC' | 'ALO' | 'STOP-MARKET' | 'STOP-LIMIT' | 'EDIT';
export type Rank = 'hedge' | 'parent' | 'quote';

export interface Planned {
  readonly kind: Kind;
  readonly side: 'bid' | 'ask';
  readonly price: 0 | 1;
  readonly account: 0 | 1;
  readonly rank: Rank;
}

export interface Program {
  readonly orders: readonly Planned[];
  /** The opposite reading of edits: the venue moves the order in place, and it may take. */
  readonly editsTake: boolean;
}

const SIDES = ['bid', 'ask'] as const;
const PRICES = [0, 1] as const;
const ACCOUNTS = [0, 1] as const;

function every(kinds: readonly Kind[], rank: Rank): Planned[] {
  return kinds.flatMap((kind) =>
    SIDES.flatMap((side) =>
      PRICES.flatMap((price) => ACCOUNTS.map((account) => ({ kind, side, price, account, rank }))),
    ),
  );
}

/** `count` orders of equal rank, in no order. */
export function equals(kinds: readonly Kind[], count: number): Program[] {
  const all = every(kinds, 'parent');
  const choose = (from: number, left: number): Planned[][] =>
    left === 0
      ? [[]]
      : all.flatMap((one, i) =>
          i < from ? [] : choose(i, left - 1).map((rest) => [one, ...rest]),
        );
  return distinct(choose(0, count));
}

/** Orders of the given ranks, the first of which makes way for the others. */
export function ranked(kinds: readonly Kind[], ranks: readonly Rank[]): Program[] {
  const lists = ranks.reduce<Planned[][]>(
    (found, rank) => found.flatMap((list) => every(kinds, rank).map((one) => [...list, one])),
    [[]],
  );
  return distinct(lists);
}

/** An order, its edit to either price, and one order of these kinds beside it. */
export function edits(kinds: readonly Kind[]): Program[] {
  const firsts = every(['GTC', 'ALO'], 'parent');
  const lists = firsts.flatMap((first) =>
    PRICES.flatMap((price) =>
      every(kinds, 'parent').map((beside) => [
        first,
        { ...first, kind: 'EDIT' as const, price },
        beside,
      ]),
    ),
  );
  return [false, true].flatMap((editsTake) =>
    distinct(lists).map(({ orders }) => ({ orders, editsTake })),
  );
}

/** A stop of either kind and `beside` one order of each of these kinds. */
export function stops(kinds: readonly Kind[], beside: number): Program[] {
  const lists = every(['STOP-MARKET', 'STOP-LIMIT'], 'parent').map((one) => [one]);
  let found: Planned[][] = lists;
  for (let i = 0; i < beside; i += 1) {
    found = found.flatMap((list) => every(kinds, 'parent').map((one) => [...list, one]));
  }
  return distinct(found);
}

/** One of each set of programs that differ by the names of accounts or by up and down alone. */
function distinct(lists: readonly (readonly Planned[])[]): Program[] {
  const seen = new Set<string>();
  const found: Program[] = [];
  for (const orders of lists) {
    if (!couldMeet(orders)) continue;
    const twins = [orders, orders.map(swapped)].flatMap((each) => [each, each.map(mirrored)]);
    const names = twins.map((each) => JSON.stringify(each));
    const [name = ''] = names.toSorted();
    if (seen.has(name)) continue;
    seen.add(name);
    found.push({ orders, editsTake: false });
  }
  return found;
}

/** Some two of them have opposite sides and prices that overlap; else there is nothing to find. */
function couldMeet(orders: readonly Planned[]): boolean {
  return orders.some((bid) =>
    orders.some((ask) => bid.side === 'bid' && ask.side === 'ask' && reaches(bid, ask)),
  );
}

export function reaches(bid: Planned, ask: Planned): boolean {
  if (bid.kind === 'STOP-MARKET' || ask.kind === 'STOP-MARKET') return true;
  return bid.price >= ask.price;
}

function swapped(one: Planned): Planned {
  return { ...one, account: one.account === 0 ? 1 : 0 };
}

function mirrored(one: Planned): Planned {
  return {
    ...one,
    side: one.side === 'bid' ? 'ask' : 'bid',
    price: one.price === 0 ? 1 : 0,
  };
}
