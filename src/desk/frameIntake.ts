import type { AccountManager } from '../accounts/accountManager.ts';
import type { MarketView } from '../book/marketView.ts';
import type { OrderCoordinator } from '../orders/orderCoordinator.ts';
import type { CandleRow, FillRow, Frame, OrderUpdateRow } from '../protocol/frames/frame.ts';
import { type Market, notionalMicro } from '../protocol/market.ts';
import type { AccountSync } from './accountSync.ts';
import type { Bars } from './bars.ts';
import type { KernelContext } from './kernelContext.ts';
import type { LiquidationWatch } from './liquidationWatch.ts';
import type { Neutrality } from './neutrality.ts';
import type { Preparation } from './preparation.ts';
import { updateBody } from './records.ts';
import type { StreamWatch } from './streamWatch.ts';

export interface IntakeParts {
  readonly context: KernelContext;
  readonly markets: readonly Market[];
  readonly views: readonly MarketView[];
  readonly bars: readonly Bars[];
  readonly accounts: readonly AccountManager[];
  readonly syncs: readonly AccountSync[];
  readonly coordinator: OrderCoordinator;
  readonly neutrality: Neutrality;
  readonly preparation: Preparation;
  readonly watch: StreamWatch;
  readonly liquidations: LiquidationWatch;
}

/** Brings every frame of the venue to the part that keeps what it says. */
export class FrameIntake {
  readonly #parts: IntakeParts;
  readonly #byAddress: ReadonlyMap<string, AccountManager>;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#byAddress = new Map(parts.accounts.map((one) => [one.identity.address, one]));
  }

  /** `account`: whose own connection carried a snapshot. */
  take(frame: Frame, account: number | undefined): void {
    const { accounts, context, syncs, views, watch } = this.#parts;
    if (account !== undefined) watch.heard(account);
    switch (frame.channel) {
      case 'book':
        watch.heardPublic(`book ${frame.market}`);
        if (views[frame.market]?.onBook(frame, context.nowMs)) this.#observePairs();
        break;
      case 'prices':
        watch.heardPublic('prices');
        for (const row of frame.rows) views[row.market]?.onPrice(row, context.nowMs);
        break;
      case 'candle':
        watch.heardPublic(`candle ${frame.row.market}`);
        this.#candle(frame.row);
        break;
      case 'account_order_updates':
        for (const row of frame.rows) this.#orderUpdate(row);
        break;
      case 'account_trades':
        for (const row of frame.rows) this.#fill(row);
        break;
      case 'account_info': {
        const manager = account === undefined ? undefined : accounts[account];
        if (manager === undefined) break;
        manager.figures = frame.figures;
        this.#parts.liquidations.look(manager);
        break;
      }
      // In a snapshot absent means flat or ended, so one with rows that could not be read proves nothing.
      case 'account_positions':
        if (account !== undefined && !frame.unread) syncs[account]?.compare(frame);
        break;
      case 'account_orders':
        if (account !== undefined && !frame.unread) syncs[account]?.compareOrders(frame);
        break;
      default:
        break;
    }
  }

  #candle(row: CandleRow): void {
    this.#parts.bars[row.market]?.onCandle(row);
    this.#parts.preparation.mend(row.market);
  }

  #orderUpdate(row: OrderUpdateRow): void {
    const { context, syncs } = this.#parts;
    const manager = this.#byAddress.get(row.account);
    if (manager === undefined) return;
    const { index } = manager.identity;
    context.record('order', updateBody(row, index));
    manager.lastEventAtMs = context.nowMs;
    manager.onOrderUpdate(row);
    const order = row.clientOrderId === null ? undefined : manager.order(row.clientOrderId);
    if (order !== undefined) syncs[index]?.expectFills(order);
  }

  #fill(row: FillRow): void {
    const manager = this.#byAddress.get(row.account);
    if (manager === undefined) return;
    manager.lastEventAtMs = this.#parts.context.nowMs;
    manager.onFill(row);
    this.#parts.liquidations.look(manager);
  }

  /** Values the two legs of every account that trades pairs. */
  #observePairs(): void {
    const { context, coordinator, neutrality } = this.#parts;
    for (const { account, markets } of coordinator.openPairs) {
      const [first, second] = markets.map((market) => this.#valueMicro(account, market));
      neutrality.observe(context.nowMs, account, first ?? 0, second ?? 0);
    }
  }

  #valueMicro(account: number, market: number): number {
    const { accounts, markets, views } = this.#parts;
    const position = accounts[account]?.position(market);
    const view = views[market];
    const spec = markets[market];
    if (position === undefined || view === undefined || spec === undefined) return 0;
    return notionalMicro(spec, view.referenceTicks, position.lots);
  }
}
