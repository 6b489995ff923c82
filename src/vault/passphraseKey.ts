import { argon2Sync } from 'node:crypto';
import type { Json } from '../protocol/canonicalJson.ts';

/** How a passphrase becomes a key (Argon2id, RFC 9106). Stands in the file, so that it can be raised. */
export interface KdfParameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** Half a second on a desk's machine. */
export const DEFAULT_KDF: KdfParameters = { memoryKiB: 262_144, passes: 3, lanes: 4 };

/** The least that is accepted, also from a file: whoever can write it must not make it cheap to guess. */
export const KDF_FLOOR: KdfParameters = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** The most that is accepted: a file must not make opening it exhaust the machine. */
export const KDF_CEILING: KdfParameters = { memoryKiB: 1_048_576, passes: 16, lanes: 16 };

/** Derives 32 bytes; the caller wipes them. Injected so that tests can remember what it costs. */
export type DeriveKey = (
  passphrase: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
) => Buffer;

export const argon2id: DeriveKey = (passphrase, salt, { memoryKiB, passes, lanes }) =>
  argon2Sync('argon2id', {
    message: passphrase,
    nonce: salt,
    memory: memoryKiB,
    passes,
    parallelism: lanes,
    tagLength: 32,
  });

/** True when `value` names parameters between floor and ceiling. */
export function isAcceptable(value: Json | undefined): value is Json & KdfParameters {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const given = value as { readonly [key: string]: Json };
  return (['memoryKiB', 'passes', 'lanes'] as const).every((name) => {
    const number = given[name];
    return (
      Number.isSafeInteger(number) && within(number as number, KDF_FLOOR[name], KDF_CEILING[name])
    );
  });
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
