import { type AccountIdentity, AccountManager } from '../accounts/accountManager.ts';
import { doneLots, isWorking, type Order, remainingLots } from '../accounts/order.ts';
import { MarketView } from '../book/marketView.ts';
import { NOT_RECONCILED } from '../gate/coverage.ts';
import { Gate } from '../gate/gate.ts';
import { OrderCoordinator } from '../orders/orderCoordinator.ts';
import type { Market } from '../protocol/market.ts';
import { SeededRandom } from '../std/random.ts';
import { AccountSync } from './accountSync.ts';
import { Bars } from './bars.ts';
import { CreditProbe } from './creditProbe.ts';
import { Dealing } from './dealing.ts';
import type { DeskCommand, DeskNotice } from './deskCommand.ts';
import type { DeskEvent, OperatorCommand, Stamp } from './deskEvent.ts';
import { DeskStats } from './deskStats.ts';
import { FrameIntake } from './frameIntake.ts';
import { gateFacts, gateLimits, orderShareBps } from './gateParts.ts';
import { KernelContext } from './kernelContext.ts';
import type { KernelSetup } from './kernelSetup.ts';
import { LiquidationWatch } from './liquidationWatch.ts';
import { Neutrality } from './neutrality.ts';
import { Outbox } from './outbox.ts';
import { OutsideAccounts, type StrangerParts } from './outsideAccounts.ts';
import { watchOrder } from './overdue.ts';
import type { SessionState } from './ports.ts';
import { Preparation } from './preparation.ts';
import { fillBody } from './records.ts';
import { Requests } from './requests.ts';
import { Shutdown } from './shutdown.ts';
import { StrategyDeck } from './strategyDeck.ts';
import { StreamWatch } from './streamWatch.ts';

/**
 * The desk as a pure function of its inputs: `step` takes one event with one reading of the clocks
 * and returns what to do about it. Nothing in here waits, reads a clock or throws a die.
 */
export class Kernel {
  readonly markets: readonly Market[];
  readonly accounts: readonly AccountManager[];
  readonly views: readonly MarketView[];
  readonly gate: Gate;
  readonly stats: DeskStats = new DeskStats();
  readonly neutrality: Neutrality = new Neutrality();
  readonly coordinator: OrderCoordinator;
  readonly deck: StrategyDeck;
  readonly outbox: Outbox;
  readonly #context: KernelContext;
  readonly #dealing: Dealing;
  readonly #requests: Requests;
  readonly #syncs: readonly AccountSync[];
  readonly #bars: readonly Bars[];
  readonly #preparation: Preparation;
  readonly #intake: FrameIntake;
  readonly #watch: StreamWatch;
  readonly #outside: OutsideAccounts;
  readonly #probe: CreditProbe;
  #shutdown: Shutdown | undefined;

  constructor(setup: KernelSetup) {
    const { config, markets } = setup;
    const context = new KernelContext(setup.nextSeq);
    this.#context = context;
    this.markets = markets;
    this.views = markets.map((market) => new MarketView(market.id));
    this.#bars = markets.map(() => new Bars());
    this.outbox = new Outbox(context, setup.families, config.creditReserve * 10, setup.keyless);
    const facts = gateFacts(context, () => this.accounts, this.views);
    this.gate = new Gate({ markets, facts, limits: gateLimits(config.limits) });
    for (const order of setup.past ?? []) this.gate.recall(order);
    this.accounts = setup.accounts.map((id) => this.#account(id));
    const inquire = (account: number): void => this.#inquire(account);
    this.#requests = new Requests({
      context,
      outbox: this.outbox,
      accounts: this.accounts,
      markets,
      stats: this.stats,
      expiryWindowMs: config.venue.expiryWindowMs,
      takerDelayMs: config.venue.takerDelayMs,
      inquire,
    });
    this.#probe = new CreditProbe(context, this.outbox, this.#requests, this.accounts);
    this.#dealing = new Dealing({
      context,
      gate: this.gate,
      markets,
      views: this.views,
      accounts: this.accounts,
      requests: this.#requests,
      outbox: this.outbox,
      stats: this.stats,
      random: new SeededRandom(setup.jitterSeed),
      sha256: setup.sha256,
      namespace: `${config.desk}|${setup.epoch}`,
      orderShareBps: orderShareBps(config.limits),
      inquire,
    });
    this.coordinator = new OrderCoordinator(this.#dealing, config.pairs);
    this.deck = new StrategyDeck(
      {
        context,
        markets,
        views: this.views,
        bars: this.#bars,
        accounts: this.accounts,
        outbox: this.outbox,
        coordinator: this.coordinator,
        maxReferenceAgeMs: config.limits.maxReferenceAgeMs,
      },
      config.strategies,
    );
    this.#syncs = this.accounts.map((account) => this.#sync(account));
    const others = config.outsideAccounts;
    this.#outside = new OutsideAccounts(this.#strangerParts(), others, this.accounts.length);
    this.#preparation = new Preparation({
      context,
      markets,
      views: this.views,
      bars: this.#bars,
      accounts: this.accounts,
      requests: this.#requests,
      deck: this.deck,
      leverage: config.leverage,
      running: () => this.#notify({ of: 'running' }),
    });
    this.#watch = new StreamWatch({
      context,
      accounts: this.accounts,
      syncs: this.#syncs,
      lost: (account) => this.#lost(account),
      refresh: (account) => context.emit({ kind: 'refresh', account }),
    });
    this.#intake = new FrameIntake({
      context,
      markets,
      views: this.views,
      bars: this.#bars,
      accounts: this.accounts,
      syncs: this.#syncs,
      coordinator: this.coordinator,
      neutrality: this.neutrality,
      preparation: this.#preparation,
      watch: this.#watch,
      liquidations: new LiquidationWatch(this.#strangerParts()),
    });
  }

  /** One event in, commands out. */
  step(event: DeskEvent, stamp: Stamp): DeskCommand[] {
    this.#context.begin(stamp);
    this.#handle(event);
    return this.#context.take();
  }

  /** Why nothing new is traded, or `undefined`. */
  get blocked(): string | undefined {
    return this.#dealing.blocked;
  }

  #handle(event: DeskEvent): void {
    switch (event.kind) {
      case 'frame':
        this.#intake.take(event.frame, event.account);
        break;
      case 'session':
        this.#session(event.family, event.state);
        break;
      case 'sent':
        this.#requests.onSent(event.requestId, event.monoUs);
        break;
      case 'reply':
        this.#requests.onReply(event.requestId, event.outcome);
        break;
      case 'answer':
        this.#requests.onAnswer(event.requestId, event.outcome);
        break;
      case 'credits':
        this.#probe.learn(event.family, event.credits);
        break;
      case 'timer':
        this.#context.fire(event.id);
        break;
      case 'continue':
        this.#context.resume();
        break;
      case 'durable':
        this.#context.durableSeq = Math.max(this.#context.durableSeq, event.seq);
        this.outbox.pumpAll();
        break;
      case 'disk':
        this.#halt(event.sentence);
        break;
      case 'operator':
        this.#operator(event.command);
        break;
    }
  }

  #session(family: number, state: SessionState): void {
    this.#context.record('session', { family, state });
    const isReachable = state === 'up' || state === 'polled';
    if (!isReachable) this.outbox.doubt(family);
    this.#watch.streams(family, state !== 'polled');
    for (const [i, account] of this.accounts.entries()) {
      if (account.identity.family !== family) continue;
      if (isReachable) this.#syncs[i]?.full();
      else this.#lost(account);
    }
  }

  #lost(account: AccountManager): void {
    this.#syncs[account.identity.index]?.lost();
    // What was never known does not become known by getting lost.
    if (account.status === 'ready') account.status = 'stale';
    this.gate.freezeAccount(account.identity.index);
  }

  #operator(command: OperatorCommand): void {
    this.#context.record('operator', { ...command });
    if (command.do === 'start') {
      this.#watch.begin();
      this.#outside.begin();
      this.#preparation.begin();
      return;
    }
    if (this.#shutdown !== undefined) return;
    this.#block(`the desk is stopping: ${command.reason}`);
    this.#shutdown = new Shutdown(
      {
        context: this.#context,
        coordinator: this.coordinator,
        requests: this.#requests,
        accounts: this.accounts,
        markets: this.markets,
        views: this.views,
        isCertain: ({ identity }) => this.#syncs[identity.index]?.isCertain ?? true,
        recheck: ({ identity }) => this.#syncs[identity.index]?.full(),
        done: (clean, sentence) => {
          this.#context.record('stopped', { clean, sentence });
          this.#notify({ of: 'stopped', clean, sentence });
        },
      },
      command.do === 'close',
    );
    this.#shutdown.begin();
  }

  /** Nothing can be written down any more: no new risk, and what rests is withdrawn. */
  #halt(sentence: string): void {
    this.#block(sentence);
    this.coordinator.stop();
    this.#notify({ of: 'alarm', sentence });
  }

  #block(sentence: string): void {
    this.deck.stop();
    this.#preparation.abandon();
    this.#dealing.blocked = sentence;
    this.outbox.endNewRisk();
  }

  #account(identity: AccountIdentity): AccountManager {
    return new AccountManager(identity, this.markets, this.gate, {
      orderEnded: (account, order) => this.#ended(account, order),
      orderChanged: (_account, order) => {
        if (order.state === 'UNKNOWN') this.#dealing.progressed(order);
      },
      filled: (account, order, fill) => {
        this.stats.fills += 1;
        this.#context.record('fill', fillBody(fill, account.identity.index));
        if (order === undefined) return;
        this.#dealing.progressed(order);
        // Filled to the last lot: its end must follow.
        if (isWorking(order) && remainingLots(order) === 0) {
          watchOrder(this.#context, order, (index) => this.#inquire(index));
        }
      },
      foreignOrder: (account, row) => this.#syncs[account.identity.index]?.foreign(row),
    });
  }

  /** What it takes to count orders that the desk did not send. */
  #strangerParts(): StrangerParts {
    return {
      context: this.#context,
      requests: this.#requests,
      gate: this.gate,
      markets: this.markets,
      stats: this.stats,
      released: (orderId) => this.#dealing.released(orderId),
      withdraw: (orderIds) => this.#dealing.withdraw(orderIds),
      alarm: (sentence) => this.#alarm(sentence),
    };
  }

  #sync(account: AccountManager): AccountSync {
    return new AccountSync(
      {
        ...this.#strangerParts(),
        ready: (ready) => this.#ready(ready),
        silent: ({ identity }) => {
          this.#context.record('stream_silent', { account: identity.index });
          this.#context.emit({ kind: 'refresh', account: identity.index });
        },
        outOfTouch: (lost) => {
          this.#lost(lost);
          this.#syncs[lost.identity.index]?.full();
        },
      },
      account,
    );
  }

  #inquire(account: number): void {
    this.#syncs[account]?.inquire();
  }

  #ready(account: AccountManager): void {
    this.gate.thawAccount(account.identity.index);
    const allKnown = this.accounts.every((one) => one.status !== 'syncing');
    if (allKnown)
      for (const market of this.markets) this.gate.openMarket(market.id, NOT_RECONCILED);
  }

  #ended(account: AccountManager, order: Order): void {
    this.#context.record('order_end', {
      account: account.identity.index,
      clientOrderId: order.request.clientOrderId,
      ending: order.ending ?? 'cancelled',
      doneLots: doneLots(order),
      words: order.message,
    });
    if (order.ending === 'not-sent') this.stats.notSent += 1;
    this.#dealing.released(order.id);
    this.#syncs[account.identity.index]?.expectFills(order);
    this.#dealing.ended(order);
  }

  #alarm(sentence: string): void {
    this.#context.record('alarm', { sentence });
    this.#notify({ of: 'alarm', sentence });
  }

  #notify(event: DeskNotice): void {
    this.#context.emit({ kind: 'notify', event });
  }
}
