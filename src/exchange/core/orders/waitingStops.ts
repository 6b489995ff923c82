import type { Side } from '../../../protocol/terms.ts';
import type { Account } from '../accounts/account.ts';
import type { ExchangeState } from '../exchangeState.ts';
import type { MarketState } from '../markets/marketState.ts';
import { newOrder } from './newOrder.ts';
import type { Order } from './order.ts';
import { noteOrder } from './orderLife.ts';
import { risesTo, type StopTerms, typeOf } from './stopTerms.ts';

/** A stop order that was found good. */
export interface StopEntry {
  readonly account: Account;
  readonly market: MarketState;
  readonly side: Side;
  readonly reduceOnly: boolean;
  readonly terms: StopTerms;
  /** The order that must fill first. */
  readonly parent?: Order;
}

/** Lets a stop order wait, for its trigger or first for its parent order. */
export function awaitTrigger(state: ExchangeState, entry: StopEntry): Order {
  const { account, market: here, parent, reduceOnly, side, terms } = entry;
  const { clientOrderId, limitTicks, lots, name, source, ticks } = terms;
  const kind = limitTicks === undefined ? 'market' : 'limit';
  const order = newOrder(state, {
    account,
    market: here.market,
    side,
    kind,
    type: typeOf(terms),
    tif: kind === 'market' ? 'IOC' : 'GTC',
    ticks: limitTicks ?? 0,
    reduceOnly,
    clientOrderId,
    lots: lots ?? parent?.initialLots ?? 0,
    trigger: {
      ticks,
      source,
      rises: risesTo(terms, side),
      closes: name !== 'stop',
      whole: lots === undefined,
      parentId: parent?.id ?? null,
    },
  });
  account.stops.set(order.id, order);
  if (parent === undefined) here.stops.add(order);
  else parent.legs.push(order);
  noteOrder(state, order, 'stop_created', order.ticks);
  return order;
}
