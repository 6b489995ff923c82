// The real desk against the real simulated exchange in one virtual world, with faults between them.

import { type RunningDesk, type StopResult, startDesk } from '../../src/assembly/startDesk.ts';
import { startExchange } from '../../src/assembly/startExchange.ts';
import { OrderEvents } from '../../src/audit/orderEvents.ts';
import { type LogReport, verifyLog } from '../../src/audit/verify.ts';
import { parseConfig } from '../../src/config/parseConfig.ts';
import type { DeskConfigInput } from '../../src/config/sampleConfig.ts';
import type { ExchangeServer } from '../../src/exchange/gateway/exchangeServer.ts';
import {
  type OrderTruth,
  orderTruth,
  type TruthReport,
} from '../../src/exchange/gateway/truthReport.ts';
import type { ExchangeSettings } from '../../src/exchange/settings.ts';
import { createNodeCrypto } from '../../src/host/nodeCrypto.ts';
import { nodeFiles } from '../../src/host/nodeFiles.ts';
import { formatAmount, type Market, priceAsNumber } from '../../src/protocol/market.ts';
import { createRememberingCrypto } from '../../src/simulation/rememberingCrypto.ts';
import { World } from '../../src/simulation/world.ts';
import type { VenueSettings } from '../../src/venue/venueSettings.ts';
import { Faults, withFaults } from './faultyHost.ts';

export interface SceneOptions {
  readonly seed?: number;
  readonly config?: DeskConfigInput;
  /** Tape seconds in a virtual second. */
  readonly speed?: number;
  readonly settings?: Partial<ExchangeSettings>;
  readonly sessions?: Partial<VenueSettings>;
  /** The desk shows no API config key. */
  readonly keyless?: boolean;
}

/** How a scene ended, by the desk's word and by the exchange's. */
export interface SceneEnd {
  readonly stop: StopResult;
  readonly truth: TruthReport;
  readonly orders: readonly OrderTruth[];
  readonly log: string;
  readonly verified: LogReport;
  /** Positions that the desk counts, as the exchange writes them, by address. */
  readonly counted: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Value of the largest position that the exchange shows, dollars. */
  readonly largestUsd: number;
  /** Orders of the exchange that the log did not decide on before, or whose end it does not tell. */
  readonly untold: readonly OrderTruth[];
}

/**
 * Pairs on a low ladder, a slicing buyer and tight quotes: five accounts of one owner in two markets
 * that get in each other's way.
 */
export function busyConfig(over: Partial<DeskConfigInput> = {}): DeskConfigInput {
  return {
    desk: 'busy',
    venue: { kind: 'simulated' },
    markets: ['BTC', 'ETH'],
    leverage: 10,
    accounts: ['p1', 'p2', 't1', 'm1', 'm2'].map((name) => ({ name })),
    strategies: [
      {
        kind: 'spread',
        name: 'pairs',
        accounts: ['p1', 'p2'],
        legs: ['BTC', 'ETH'],
        windowMinutes: 10,
        bands: [0.2, 0.6, 1],
        exitGap: 0.1,
        legUsd: 1500,
        slippageBps: 10,
        rebalancePercent: 1,
        evaluateSeconds: 1,
      },
      {
        kind: 'time-based',
        name: 'slices',
        accounts: ['t1'],
        market: 'ETH',
        side: 'buy',
        usd: 20_000,
        durationSeconds: 40,
        sliceSeconds: 2,
        slippageBps: 10,
      },
      {
        kind: 'market-making',
        name: 'quotes',
        accounts: ['m1', 'm2'],
        markets: ['BTC', 'ETH'],
        quoteUsd: 1500,
        halfSpreadBps: 2,
        maxInventoryUsd: 6000,
        skewBps: 2,
        toleranceBps: 1,
        refreshSeconds: 2,
      },
    ],
    ...over,
  };
}

/** A desk that trades in a virtual world, and what a test needs to disturb it. */
export class Scene {
  readonly world: World;
  readonly faults = new Faults();
  readonly notices: string[] = [];
  exchange!: ExchangeServer;
  desk!: RunningDesk;
  readonly #options: SceneOptions;
  #vaults = 0;

  private constructor(options: SceneOptions) {
    this.#options = options;
    const crypto = createRememberingCrypto(createNodeCrypto());
    this.world = new World({ seed: options.seed ?? 1, crypto });
  }

  /** Starts exchange and desk; strategies trade when this returns, unless `wait` is false. */
  static async open(options: SceneOptions = {}, wait = true): Promise<Scene> {
    const scene = new Scene(options);
    await scene.#openExchange();
    await scene.openDesk();
    if (wait) await scene.world.until(scene.desk.running, 60_000);
    return scene;
  }

  /** The exchange alone. */
  static async exchange(options: SceneOptions = {}): Promise<Scene> {
    const scene = new Scene(options);
    await scene.#openExchange();
    return scene;
  }

  async openDesk(): Promise<void> {
    const configText = JSON.stringify(this.#options.config ?? busyConfig());
    const startup = this.exchange.startup();
    this.#vaults += 1;
    this.desk = await this.world.until(
      startDesk(withFaults(this.world.host('desk'), this.faults), {
        config: parseConfig(configText, 'scene'),
        configText,
        where: 'scene',
        exchange: {
          ...startup,
          accounts: startup.accounts.map(({ apiKey, ...account }) =>
            this.#options.keyless ? account : { ...account, apiKey },
          ),
        },
        logPath: 'audit.jsonl',
        vaultPath: `vault-${this.#vaults}.json`,
        version: 'test',
        sessions: this.#options.sessions ?? {},
        onNotice: (sentence) => this.notices.push(sentence),
      }),
    );
  }

  run(ms: number): Promise<void> {
    return this.world.run(ms);
  }

  /** Runs until `isTrue`, looking every 20 ms, for at most `limitMs`. */
  async until(isTrue: () => boolean, limitMs = 30_000): Promise<void> {
    const endMs = this.world.nowMs + limitMs;
    while (!isTrue()) {
      if (this.world.nowMs > endMs) throw new Error(`in ${limitMs} ms it never came true`);
      await this.world.run(20);
    }
  }

  /** Ends the desk and the exchange and holds their stories against each other. */
  async end(how: 'stop' | 'close' = 'close'): Promise<SceneEnd> {
    this.desk.stop(how, 'the scene is over');
    const stop = await this.world.until(this.desk.stopped, 120_000);
    const truth = this.exchange.report();
    const orders = this.exchange.run(orderTruth);
    await this.world.until(this.desk.dispose());
    await this.world.until(this.exchange.close());
    const { files, crypto } = this.world.host('desk');
    const log = await this.world.until(files.readText('audit.jsonl'));
    const events = new OrderEvents();
    const verified = verifyLog(Buffer.from(log), crypto.sha256Hex, events.visit);
    const { accounts, markets } = this.desk.kernel;
    const counted = accounts.map((account): [string, Record<string, string>] => {
      const held = markets.flatMap((market): [string, string][] => {
        const { lots } = account.position(market.id);
        return lots === 0 ? [] : [[market.symbol, formatAmount(market, lots)]];
      });
      return [account.identity.address, Object.fromEntries(held)];
    });
    const untold = orders.filter((order) => {
      const told = events.byOrder.get(order.clientOrderId ?? '') ?? [];
      const decided = told.findIndex((event) => event.type === 'decision');
      const ended = told.findIndex(
        ({ type, status }) => type === 'order_end' || (type === 'order' && status === order.status),
      );
      return decided < 0 || ended < decided;
    });
    const values = truth.accounts.flatMap(({ positions }) =>
      Object.entries(positions).map(([symbol, amount]) => {
        const market = markets.findIndex((each) => each.symbol === symbol);
        const ticks = this.desk.kernel.views[market]?.referenceTicks ?? 0;
        return Math.abs(Number(amount)) * priceAsNumber(markets[market] as Market, ticks);
      }),
    );
    const largestUsd = Math.max(0, ...values);
    return {
      ...{ stop, truth, orders, log, verified, untold, largestUsd },
      counted: Object.fromEntries(counted),
    };
  }

  async #openExchange(): Promise<void> {
    const host = this.world.host('exchange');
    await this.world.until(host.files.makeFolder('tape'));
    for (const name of await nodeFiles.list('tapes/sample')) {
      const bytes = await nodeFiles.readBytes(`tapes/sample/${name}`);
      await this.world.until(host.files.replace(`tape/${name}`, bytes, 0o600));
    }
    const { config, seed = 1, settings = {}, speed = 30 } = this.#options;
    this.exchange = await this.world.until(
      startExchange(host, {
        port: 0,
        tapeFolder: 'tape',
        speed,
        seed,
        accounts: (config ?? busyConfig()).accounts.length,
        owner: 'single',
        settings,
      }),
    );
  }
}

/** Positions of the exchange by address, as {@link SceneEnd.counted} has them. */
export function heldAt(
  truth: TruthReport,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(truth.accounts.map(({ account, positions }) => [account, positions]));
}
