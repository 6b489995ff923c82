import { isWorking, type Order, remainingLots } from '../accounts/order.ts';
import type { KernelContext } from './kernelContext.ts';

/** An order that should have ended or come to rest by now is looked up; so often until it has. */
const OVERDUE_MS = 2000;

/** The stream may lose an order's last word: has it looked up until it has ended or rests. */
export function watchOrder(
  context: KernelContext,
  order: Order,
  inquire: (account: number) => void,
): void {
  context.after(OVERDUE_MS, () => {
    const isAtRest = order.state === 'LIVE' && remainingLots(order) > 0;
    if (!isWorking(order) || isAtRest) return;
    inquire(order.request.account);
    watchOrder(context, order, inquire);
  });
}
