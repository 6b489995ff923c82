import type { AccountSeed, FillRecord } from '../../../src/exchange/core/accounts/account.ts';
import { Exchange, type OperationKey } from '../../../src/exchange/core/exchange.ts';
import type { ListedMarket } from '../../../src/exchange/core/markets/listing.ts';
import type { PublicTrade } from '../../../src/exchange/core/markets/marketState.ts';
import type { Transfer } from '../../../src/exchange/core/money/transfers.ts';
import type { OrderRecord } from '../../../src/exchange/core/orders/order.ts';
import type { TwapRecord } from '../../../src/exchange/core/orders/twap.ts';
import type { Reply } from '../../../src/exchange/core/requests/prepared.ts';
import type { Result } from '../../../src/exchange/core/requests/refusal.ts';
import type { Verify } from '../../../src/exchange/core/requests/signatures.ts';
import type { Crowd } from '../../../src/exchange/crowdPort.ts';
import { DEFAULT_SETTINGS, type ExchangeSettings } from '../../../src/exchange/settings.ts';
import { QuietCrowd } from './quietCrowd.ts';

export const NOW = 1_748_970_123_456;
/** Well-formed; the floor's `verify` takes every signature. */
export const SIGNATURE =
  '44hTdxjK2fdyLA8ABqLWswGAUYewSH6pZhFAYxMt9owf4hV5iBqPMp2q7QoZ7jM658pMKfVpyHJ2Sjh2D812Dcnz';

export const MAIN = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
export const AGENT = '3ogUn1GNXoASaRbxPNeVJnVv5rG4EPBtmQmX61jVorUe';
export const SUB = '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut';
export const STRANGER = '11111111111111111111111111111111';

const TEN_THOUSAND = 10_000_000_000;

/** MAIN and SUB are siblings of one owner, the stranger has an owner of its own. */
const SEEDS: readonly AccountSeed[] = [
  { address: MAIN, agents: [AGENT], family: 0, owner: 1, balanceMicro: TEN_THOUSAND, feeLevel: 0 },
  { address: SUB, agents: [], family: 0, owner: 1, balanceMicro: TEN_THOUSAND, feeLevel: 0 },
  { address: STRANGER, agents: [], family: 1, owner: 2, balanceMicro: TEN_THOUSAND, feeLevel: 5 },
];

export interface FloorOptions {
  /** Instead of the quiet one; whoever brings it lets it act. */
  readonly crowd?: Crowd;
  readonly settings?: Partial<ExchangeSettings>;
  readonly verify?: Verify;
  readonly seeds?: readonly AccountSeed[];
  readonly listed?: readonly ListedMarket[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The exchange's core with a clock in the test's hand and ears on everything it says. */
export class Floor {
  readonly crowd: QuietCrowd;
  readonly exchange: Exchange;
  readonly records: OrderRecord[] = [];
  readonly twaps: TwapRecord[] = [];
  readonly fills: FillRecord[] = [];
  readonly trades: PublicTrade[] = [];
  readonly leverages: unknown[][] = [];
  readonly marginModes: unknown[][] = [];
  readonly transfers: Transfer[] = [];
  nowMs: number = NOW;

  constructor({ crowd = new QuietCrowd(), listed, settings, verify, seeds }: FloorOptions = {}) {
    this.crowd = crowd as QuietCrowd;
    this.exchange = new Exchange({
      settings: { ...DEFAULT_SETTINGS, ...settings },
      accounts: seeds ?? SEEDS,
      verify: verify ?? (() => true),
      crowd,
      ...(listed === undefined ? {} : { listed }),
      listener: {
        orderChanged: (record) => this.records.push(record),
        twapChanged: (record) => this.twaps.push(record),
        filled: (fill) => this.fills.push(fill),
        traded: (_, trade) => this.trades.push(trade),
        leverageChanged: (...change) => this.leverages.push(change),
        marginModeChanged: (...change) => this.marginModes.push(change),
        accountChanged: () => {},
        transferred: (transfer) => this.transfers.push(transfer),
      },
    });
    this.exchange.setTime(this.nowMs);
    crowd.open(this.exchange.port, this.nowMs);
  }

  /** Lets time pass; delayed orders that come due run. */
  pass(ms: number): void {
    this.nowMs += ms;
    this.exchange.setTime(this.nowMs);
    this.exchange.release();
    this.exchange.react();
  }

  /** Sends a body and returns the answer, waiting the taker delay where there is one. */
  send(key: OperationKey, body: unknown): Result<Reply> {
    let answer: Result<Reply> | undefined;
    this.exchange.submit(key, body, (result) => {
      answer = result;
    });
    if (answer === undefined) this.pass(this.exchange.state.settings.takerDelayMs);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  body(account: string, fields: Fields): Fields {
    return {
      account,
      agent_wallet: null,
      signature: SIGNATURE,
      timestamp: this.nowMs,
      expiry_window: 5000,
      ...fields,
    };
  }

  limit(
    account: string,
    side: 'bid' | 'ask',
    price: string,
    amount: string,
    over: Fields = {},
  ): Result<Reply> {
    return this.send('create_order', this.limitBody(account, side, price, amount, over));
  }

  limitBody(
    account: string,
    side: 'bid' | 'ask',
    price: string,
    amount: string,
    over: Fields = {},
  ): Fields {
    const fields = { symbol: 'BTC', price, amount, side, tif: 'GTC', reduce_only: false, ...over };
    return this.body(account, fields);
  }

  market(account: string, side: 'bid' | 'ask', amount: string, over: Fields = {}): Result<Reply> {
    const fields = {
      symbol: 'BTC',
      amount,
      side,
      slippage_percent: '0.5',
      reduce_only: false,
      ...over,
    };
    return this.send('create_market_order', this.body(account, fields));
  }

  account(address: string): NonNullable<ReturnType<Floor['find']>> {
    const account = this.find(address);
    if (account === undefined) throw new Error(`no account ${address}`);
    return account;
  }

  find(address: string): ReturnType<Exchange['state']['accounts']['byAddress']> {
    return this.exchange.state.accounts.byAddress(address);
  }

  /** Order events so far as `[order, event, status, filled, cancelled]`; forgets them. */
  events(): unknown[][] {
    return this.records
      .splice(0)
      .map(({ cancelledLots, event, filledLots, order, status }) => [
        order.id,
        event,
        status,
        filledLots,
        cancelledLots,
      ]);
  }
}

/** The id of an accepted order. */
export function idOf(result: Result<Reply>): number {
  if (!result.ok || result.value.of !== 'order' || result.value.orderId === null) {
    throw new Error(`not an order: ${JSON.stringify(result)}`);
  }
  return result.value.orderId;
}

/** Status, number and words of a refusal. */
export function saidOf(result: Result<Reply>): [number, number, string] {
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(result.value)}`);
  const { code, error, status } = result.refusal;
  return [status, code, error];
}
