import type { AccountManager } from '../accounts/accountManager.ts';
import type { Gate } from '../gate/gate.ts';
import type { KernelContext } from './kernelContext.ts';

export interface LiquidationWatchParts {
  readonly context: KernelContext;
  readonly gate: Gate;
  readonly withdraw: (orderIds: readonly number[]) => void;
  readonly alarm: (sentence: string) => void;
}

/** Percent of the maintenance margin: an account with less equity is near, one with more is safe again. */
const NEAR_PERCENT = 150;
const SAFE_PERCENT = 170;

/**
 * Keeps the accounts' quotes out of the way of a sibling's liquidation: while an account is near it,
 * by the venue's own figures, what could rest where the venue would trade is withdrawn and refused.
 */
export class LiquidationWatch {
  readonly #parts: LiquidationWatchParts;
  readonly #near = new Set<number>();

  constructor(parts: LiquidationWatchParts) {
    this.#parts = parts;
  }

  /** Looks at an account whose figures or positions have changed. */
  look({ identity, figures }: AccountManager): void {
    if (figures === undefined) return;
    const { context, gate, withdraw, alarm } = this.#parts;
    const { index, name } = identity;
    const wasNear = this.#near.has(index);
    const percent = wasNear ? SAFE_PERCENT : NEAR_PERCENT;
    const { equityMicro, maintenanceMicro } = figures;
    const isNear = maintenanceMicro > 0 && equityMicro * 100 < maintenanceMicro * percent;
    if (isNear) {
      this.#near.add(index);
      withdraw(gate.guardLiquidation(index).map(({ orderId }) => orderId));
    } else if (wasNear) {
      this.#near.delete(index);
      gate.endLiquidationGuard(index);
    }
    if (isNear === wasNear) return;
    context.record('liquidation_guard', {
      account: index,
      equityMicro,
      maintenanceMicro,
      near: isNear,
    });
    if (!isNear) return;
    alarm(
      `account ${name} is near its liquidation; no account of the desk rests an order where that would trade`,
    );
  }
}
