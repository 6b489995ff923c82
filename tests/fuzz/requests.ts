import { between, type Random } from '../../src/std/random.ts';
import { ACTIONS, OPERATIONS } from '../conformance/support/documented.ts';
import { Outsider } from '../conformance/support/outsider.ts';
import { type Json, once, pick } from './mutations.ts';

type Fields = { [key: string]: Json };

/** A trader that the exchange has seeded. */
export interface Trader {
  readonly account: string;
  readonly apiKey: string;
  readonly owner: Outsider;
  readonly agent: Outsider;
}

/** One request that would be good if nobody touched it. */
export interface Request {
  /** Below `/api/v1`. */
  readonly path: string;
  /** What is signed; `batch` and `create_subaccount` have signatures of their own. */
  readonly type: string;
  readonly body: Json;
}

/** Only the owner's key may do these. */
const OWNERS = /^\/(agent|account\/(api_keys|subaccount))/;
const PATHS = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
/** What happens most at an exchange is what is drawn most. */
const FREQUENT: readonly (keyof typeof OPERATIONS)[] = [
  '/orders/create',
  '/orders/create',
  '/orders/create_market',
  '/orders/cancel',
  '/orders/edit',
];

/** Writes requests for the traders of one exchange, signed by their keys. */
export class Scribe {
  readonly traders: readonly Trader[];
  readonly #random: Random;
  /** Where the BTC market is, ticks; ETH follows it. */
  middle = 100_000;
  /** Ids that orders may have by now. */
  #lastOrderId = 0;

  constructor(traders: readonly Trader[], random: Random) {
    this.traders = traders;
    this.#random = random;
  }

  /** Tells how far the exchange has counted. */
  seen(lastOrderId: number): void {
    this.#lastOrderId = lastOrderId;
  }

  /** A good request; `change` may change the fields before they are signed. */
  request(nowMs: number, change: (fields: Json) => Json = (fields) => fields): Request {
    const random = this.#random;
    const dice = between(random, 0, 19);
    if (dice === 0) return this.#subaccount(nowMs);
    if (dice < 3) return this.#batch(nowMs, change);
    const path = dice < 14 ? pick(random, FREQUENT) : this.#path();
    const trader = pick(random, this.traders);
    return { path, type: OPERATIONS[path], body: this.#signed(path, trader, nowMs, change) };
  }

  /** Any of them; but who revokes all keys all the time is not served any more. */
  #path(): keyof typeof OPERATIONS {
    const path = pick(this.#random, PATHS);
    return path === '/agent/revoke_all' && !once(this.#random, 20) ? '/agent/bind' : path;
  }

  #signed(
    path: keyof typeof OPERATIONS,
    trader: Trader,
    nowMs: number,
    change: (fields: Json) => Json,
  ): Json {
    const isOwner = OWNERS.test(path) || once(this.#random, 5);
    const timestamp = nowMs - between(this.#random, 0, 500);
    const header = { timestamp, expiry_window: 5000 };
    const changed = change(this.#fields(path, trader));
    const isObject = typeof changed === 'object' && changed !== null && !Array.isArray(changed);
    const fields = isObject ? changed : {};
    const signer = isOwner ? trader.owner : trader.agent;
    const signature = signer.signature(OPERATIONS[path], header, fields);
    const agent = isOwner ? {} : { agent_wallet: trader.agent.address };
    return { account: trader.account, ...agent, signature, ...header, ...fields };
  }

  #batch(nowMs: number, change: (fields: Json) => Json): Request {
    const count = between(this.#random, 1, 5);
    const trader = pick(this.#random, this.traders);
    const actions = Array.from({ length: count }, () => {
      const type = pick(this.#random, Object.keys(ACTIONS));
      const path = PATHS.find((each) => OPERATIONS[each] === ACTIONS[type]) ?? '/orders/cancel';
      return { type, data: this.#signed(path, trader, nowMs, change) };
    });
    return { path: '/orders/batch', type: 'batch', body: { actions } };
  }

  #subaccount(nowMs: number): Request {
    const main = pick(this.#random, this.traders);
    const sub = Outsider.named(`subaccount ${between(this.#random, 0, 9)}`);
    const header = { timestamp: nowMs, expiry_window: 5000 };
    const subSignature = sub.signature('subaccount_initiate', header, { account: main.account });
    const confirm = { signature: subSignature };
    const mainSignature = main.owner.signature('subaccount_confirm', header, confirm);
    const body = {
      main_account: main.account,
      subaccount: sub.address,
      main_signature: mainSignature,
      sub_signature: subSignature,
      ...header,
    };
    return { path: '/account/subaccount/create', type: 'create_subaccount', body };
  }

  #fields(path: keyof typeof OPERATIONS, trader: Trader): Fields {
    const random = this.#random;
    const symbol = once(random, 4) ? 'ETH' : 'BTC';
    const side = once(random, 2) ? 'bid' : 'ask';
    const reduce_only = once(random, 6);
    const order_id = Math.max(1, this.#lastOrderId - between(random, 0, 40));
    const agent_wallet = Outsider.named(`agent ${between(random, 0, 5)}`).address;
    const ip_address = `10.0.0.${between(random, 1, 3)}`;
    const amount = this.#amount(symbol);
    switch (path) {
      case '/orders/create':
        return {
          symbol,
          side,
          price: this.#price(symbol),
          amount,
          tif: pick(random, ['GTC', 'IOC', 'ALO', 'TOB']),
          reduce_only,
          ...(once(random, 3) ? { client_order_id: this.#clientId() } : {}),
          ...(once(random, 8) ? { take_profit: { stop_price: this.#price(symbol) } } : {}),
        };
      case '/orders/create_market':
        return { symbol, side, amount, slippage_percent: '0.5', reduce_only };
      case '/orders/stop/create': {
        const stop = { stop_price: this.#price(symbol), amount, trigger_price_type: 'mark_price' };
        return { symbol, side, reduce_only, stop_order: stop };
      }
      case '/positions/tpsl':
        return { symbol, side, take_profit: { stop_price: this.#price(symbol) } };
      case '/orders/edit':
        return { symbol, order_id, price: this.#price(symbol), amount };
      case '/orders/cancel':
      case '/orders/stop/cancel':
      case '/orders/twap/cancel':
        return once(random, 4)
          ? { symbol, client_order_id: this.#clientId() }
          : { symbol, order_id };
      case '/orders/cancel_all':
        return once(random, 2)
          ? { all_symbols: true, exclude_reduce_only: once(random, 2) }
          : { all_symbols: false, symbol, exclude_reduce_only: false };
      case '/orders/twap/create':
        return {
          symbol,
          side,
          amount,
          reduce_only,
          slippage_percent: '1',
          duration_in_seconds: between(random, 1, 5) * 60,
        };
      case '/account/leverage':
        return { symbol, leverage: between(random, 1, 50) };
      case '/account/margin':
        return { symbol, is_isolated: once(random, 2) };
      case '/positions/add_isolated_margin':
        return { symbol, amount: String(between(random, 1, 500)) };
      case '/account/subaccount/transfer':
        return {
          to_account: pick(random, this.traders).account,
          amount: String(between(random, 10, 3000)),
        };
      case '/account/api_keys/revoke':
        return { api_key: pick(random, this.traders).apiKey };
      case '/agent/ip_whitelist/list':
        return { api_agent_key: agent_wallet };
      case '/agent/bind':
        return { agent_wallet: once(random, 2) ? trader.agent.address : agent_wallet };
      case '/agent/revoke':
        return { agent_wallet };
      case '/agent/ip_whitelist/add':
      case '/agent/ip_whitelist/remove':
        return { agent_wallet, ip_address };
      case '/agent/ip_whitelist/toggle':
        return { agent_wallet, enabled: once(random, 2) };
      default:
        return {};
    }
  }

  #clientId(): string {
    const digits = String(between(this.#random, 0, 999_999)).padStart(12, '0');
    return `f47ac10b-58cc-4372-a567-${digits}`;
  }

  #price(symbol: string): string {
    const ticks = between(this.#random, -40, 40);
    return symbol === 'BTC'
      ? String(this.middle + ticks)
      : ((ethOf(this.middle) + ticks) / 10).toFixed(1);
  }

  #amount(symbol: string): string {
    const lots = between(this.#random, 10, 4000);
    return symbol === 'BTC' ? (lots / 100_000).toFixed(5) : (lots / 1000).toFixed(4);
  }
}

/** ETH's ticks at BTC's. */
export function ethOf(middle: number): number {
  return Math.round(middle * 0.33);
}
