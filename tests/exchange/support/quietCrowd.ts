import type { Crowd, CrowdMarket, CrowdPort, MinuteBar } from '../../../src/exchange/crowdPort.ts';

/** A crowd that only sets the first prices and then does what the test says. */
export class QuietCrowd implements Crowd {
  readonly fills: number[][] = [];
  readonly braced: unknown[][] = [];
  tapeStartMs = 1_736_640_000_000;
  speed = 1;
  cadenceMs = 1000;
  minutes: MinuteBar[] = [];
  /** What to do at which wall time, in order. */
  readonly plan: [wallMs: number, act: () => void][] = [];
  #port: CrowdPort | undefined;
  #openedMs = 0;

  /** BTC at 100,000, ETH at 3,300.0. */
  open(port: CrowdPort, wallMs: number): void {
    this.#port = port;
    this.#openedMs = wallMs;
    this.btc.setPrice(100_000);
    this.eth.setPrice(33_000);
  }

  get btc(): CrowdMarket {
    return this.#port?.markets[0] as CrowdMarket;
  }

  get eth(): CrowdMarket {
    return this.#port?.markets[1] as CrowdMarket;
  }

  tapeMs(wallMs: number): number {
    return this.tapeStartMs + Math.floor((wallMs - this.#openedMs) * this.speed);
  }

  history(market: number): readonly MinuteBar[] {
    return market === 0 ? this.minutes : [];
  }

  act(wallMs: number): number {
    while ((this.plan[0]?.[0] ?? Number.POSITIVE_INFINITY) <= wallMs) this.plan.shift()?.[1]();
    return wallMs + this.cadenceMs;
  }

  onFill(market: number, orderId: number, ticks: number, lots: number, left: number): void {
    this.fills.push([market, orderId, ticks, lots, left]);
  }

  brace(...order: unknown[]): void {
    this.braced.push(order);
  }
}
