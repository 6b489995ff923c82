import type { Market } from '../protocol/market.ts';
import { readEnvelope } from '../protocol/replies/envelope.ts';
import { decodeMarkets } from '../protocol/replies/markets.ts';
import { BreakwaterError, isBreakwaterError, messageOf } from '../std/errors.ts';
import type { Host, HttpResponse } from '../std/host.ts';

/**
 * The exchange's listing of `symbols`, in that order; unlisted ones are missing. The first contact
 * of a start: throws `EXCHANGE_UNREACHABLE` when there is nobody, `EXCHANGE_REFUSED` when it says no.
 */
export async function fetchMarkets(
  host: Host,
  restUrl: string,
  symbols: readonly string[],
): Promise<Market[]> {
  const { origin, pathname } = new URL(restUrl);
  const client = host.transport.openHttp(origin);
  try {
    const path = `${pathname.replace(/\/$/, '')}/info`;
    const response = await client.request({ method: 'GET', path, headers: {} }, 10_000);
    return decodeMarkets(dataOf(response, restUrl), symbols);
  } catch (thrown) {
    if (isBreakwaterError(thrown)) throw thrown;
    throw new BreakwaterError(
      'EXCHANGE_UNREACHABLE',
      `cannot reach the exchange at ${restUrl}: ${messageOf(thrown)}`,
      { cause: thrown },
    );
  } finally {
    await client.close();
  }
}

function dataOf({ status, body }: HttpResponse, restUrl: string): unknown {
  const outcome = readEnvelope(status, body);
  if (outcome.kind === 'ok') return outcome.value.data;
  throw new BreakwaterError(
    'EXCHANGE_REFUSED',
    `the exchange at ${restUrl} does not list its markets: status ${status}: ${outcome.message}`,
  );
}
