import { z } from 'zod';
import type { ExchangeFigures } from '../report/demoFigures.ts';
import { BreakwaterError, isBreakwaterError, messageOf } from '../std/errors.ts';
import type { Host } from '../std/host.ts';

const truthSchema = z.object({
  orders: z.number(),
  selfMatches: z.number(),
  stpEvents: z.number(),
  tooManyRequests: z.number(),
  settings: z.array(z.object({ name: z.string(), value: z.unknown(), byDefault: z.unknown() })),
});

const orderSchema = z.object({ clientOrderId: z.string(), status: z.string() });

/** An order as the exchange remembers it. */
export type VenueOrder = z.infer<typeof orderSchema>;

/** What the simulated exchange knows and no client of the real one could ask. */
export interface ExchangeTruth {
  readonly truth: ExchangeFigures;
  readonly orders: readonly VenueOrder[];
}

/** Reads `/admin/truth` and `/admin/orders` of the exchange whose REST base URL is `rest`. */
export async function fetchTruth(host: Host, rest: string): Promise<ExchangeTruth> {
  const client = host.transport.openHttp(new URL(rest).origin);
  try {
    const read = async (path: string): Promise<unknown> => {
      const { status, body } = await client.request({ method: 'GET', path, headers: {} }, 10_000);
      if (status === 200) return JSON.parse(body);
      throw new BreakwaterError('EXCHANGE_REFUSED', `${path} answered with status ${status}`);
    };
    return {
      truth: truthSchema.parse(await read('/admin/truth')),
      orders: z.array(orderSchema).parse(await read('/admin/orders')),
    };
  } catch (thrown) {
    if (isBreakwaterError(thrown)) throw thrown;
    throw new BreakwaterError(
      'EXCHANGE_UNREACHABLE',
      `the simulated exchange did not give its own count: ${messageOf(thrown)}`,
      { cause: thrown },
    );
  } finally {
    await client.close();
  }
}
