import { COST } from '../../../protocol/operations/operation.ts';
import type { BatchAction, BatchFields } from '../../../protocol/operations/orders/batchOrders.ts';
import type { Family } from '../../core/accounts/family.ts';
import { BATCH, type OperationKey } from '../../core/exchange.ts';
import { ACTION_TYPES, servedAs } from '../../core/requests/operationTable.ts';
import type { ExchangeSettings } from '../../settings.ts';
import { CreditMeter } from './creditMeter.ts';

/** Credits per minute of an API config key by fee level, in tenths (reference: rate limits). */
const QUOTA_TENTHS: readonly number[] = [
  3_000, 6_000, 12_000, 24_000, 60_000, 120_000, 240_000, 300_000,
];

const MOST_PEERS = 10_000;

/** The family that an API config key stands for, now. */
export type FindFamily = (apiKey: string) => Family | undefined;

/** Whose credits a request spends. */
export interface Payer {
  readonly meter: CreditMeter;
  /** Whether an API config key named the family. */
  readonly identified: boolean;
  /** Address that the request came from. */
  readonly peer: string;
}

/** The meters of all families, and of peers that show no key. */
export class CreditMeters {
  readonly #byFamily: Map<Family, CreditMeter> = new Map();
  readonly #byPeer: Map<string, CreditMeter> = new Map();
  readonly #find: FindFamily;
  readonly #settings: ExchangeSettings;

  constructor(find: FindFamily, settings: ExchangeSettings) {
    this.#find = find;
    this.#settings = settings;
  }

  /** An unknown or revoked key identifies nobody. */
  payer(headers: Readonly<Record<string, string>>, peer: string, nowMs: number): Payer {
    const family = this.#find(headers['pf-api-key'] ?? '');
    if (family !== undefined) return { meter: this.#ofFamily(family), identified: true, peer };
    let meter = this.#byPeer.get(peer);
    if (meter === undefined) {
      if (this.#byPeer.size >= MOST_PEERS) this.#forgetIdle(nowMs);
      meter = new CreditMeter(() => this.#settings.unidentifiedQuotaTenths);
      this.#byPeer.set(peer, meter);
    }
    return { meter, identified: false, peer };
  }

  /** However many keys a family has, it has one meter. */
  #ofFamily(family: Family): CreditMeter {
    let meter = this.#byFamily.get(family);
    if (meter === undefined) {
      meter = new CreditMeter(() => QUOTA_TENTHS[family.main.feeLevel] ?? 0);
      this.#byFamily.set(family, meter);
    }
    return meter;
  }

  #forgetIdle(nowMs: number): void {
    for (const [peer, meter] of this.#byPeer) if (meter.isIdle(nowMs)) this.#byPeer.delete(peer);
    // Still too many: the one that was met first, in whichever state.
    const [first] = this.#byPeer.keys();
    if (first !== undefined && this.#byPeer.size >= MOST_PEERS) this.#byPeer.delete(first);
  }
}

/** Tenths that an operation costs. What is not well-formed or not served costs one request. */
export function operationTenths(
  key: OperationKey,
  body: unknown,
  settings: ExchangeSettings,
): number {
  if (key !== BATCH) return servedAs(key)?.costTenths ?? COST.action;
  if (settings.batchCost === 'request') return COST.action;
  const actions = (body as Partial<BatchFields> | null)?.actions;
  if (!Array.isArray(actions) || actions.length === 0) return COST.action;
  let tenths = 0;
  for (const action of actions) tenths += actionTenths(action);
  return tenths;
}

function actionTenths(action: Partial<BatchAction> | null): number {
  const type = typeof action?.type === 'string' ? ACTION_TYPES[action.type] : undefined;
  return (type === undefined ? undefined : servedAs(type)?.costTenths) ?? COST.action;
}
