import { z } from 'zod';
import { integer, parseWith } from '../../fields.ts';
import { listRows } from '../../listRows.ts';
import type { Reading } from '../../marketRows.ts';
import type { Read } from '../read.ts';

/** What an account has set; markets at their default (cross, highest leverage) are not listed. */
export interface AccountSettings {
  readonly markets: readonly MarketSetting[];
  /** Rows that could not be read. */
  readonly unread: number;
  /** Symbols of spot assets that do not count as margin. */
  readonly excludedFromMargin: readonly string[];
  readonly autoLendDisabled: boolean | undefined;
}

interface MarketSetting {
  readonly symbol: string;
  readonly isolated: boolean;
  readonly leverage: number;
  readonly createdMs?: number | undefined;
  readonly updatedMs?: number | undefined;
}

export const marketSettingSchema = z.object({
  symbol: z.string(),
  isolated: z.boolean(),
  leverage: integer,
  created_at: integer.nullish(),
  updated_at: integer.nullish(),
});

export const accountSettingsSchema = z.object({
  auto_lend_disabled: z.boolean().nullish(),
  margin_settings: z.array(z.unknown()).nullish(),
  spot_settings: z
    .array(z.object({ symbol: z.string(), unified_margin_excluded: z.boolean() }))
    .nullish(),
});

/** `GET /account/settings`: an object today, the bare list of margin settings in older documents. */
export const ACCOUNT_SETTINGS: Read<{ readonly account: string }, AccountSettings> = {
  path: '/account/settings',
  isHeavy: false,
  parameters: ({ account }) => ({ account }),
  decode: ({ data }, reading) => settingsOf(data, reading),
};

function settingsOf(data: unknown, { onBadRow }: Reading): AccountSettings {
  const where = 'account/settings';
  const raw = Array.isArray(data)
    ? { margin_settings: data as unknown[] }
    : parseWith(accountSettingsSchema, data, where);
  const listed = raw.margin_settings ?? [];
  const markets = listRows(listed, where, onBadRow, (row): MarketSetting => {
    const one = parseWith(marketSettingSchema, row, where);
    return {
      symbol: one.symbol,
      isolated: one.isolated,
      leverage: one.leverage,
      createdMs: one.created_at ?? undefined,
      updatedMs: one.updated_at ?? undefined,
    };
  });
  const spot = ('spot_settings' in raw ? raw.spot_settings : undefined) ?? [];
  return {
    markets,
    unread: listed.length - markets.length,
    excludedFromMargin: spot
      .filter((one) => one.unified_margin_excluded)
      .map(({ symbol }) => symbol),
    autoLendDisabled:
      ('auto_lend_disabled' in raw ? raw.auto_lend_disabled : undefined) ?? undefined,
  };
}
