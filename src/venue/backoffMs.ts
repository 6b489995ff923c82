import { type Random, unit } from '../std/random.ts';
import type { VenueSettings } from './venueSettings.ts';

/**
 * Wait before the next try after so many failures in a row: doubles up to a ceiling, half of it by
 * chance, so that the connections of a desk do not come back all at once.
 */
export function backoffMs(failures: number, settings: VenueSettings, random: Random): number {
  const { backoffMinMs, backoffMaxMs } = settings;
  const fullMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.max(0, failures - 1));
  return fullMs * (0.5 + 0.5 * unit(random));
}
