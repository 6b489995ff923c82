import { type ErrorCode, isBreakwaterError } from '../std/errors.ts';

/** The contract of every command: success, failed check, wrong usage or configuration, no exchange. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

const BY_CODE: Readonly<Record<ErrorCode, number>> = {
  CONFIG_INVALID: EXIT.usage,
  USAGE: EXIT.usage,
  TAPE_INVALID: EXIT.usage,
  KEY_INVALID: EXIT.usage,
  VAULT_INVALID: EXIT.usage,
  VAULT_LOCKED: EXIT.usage,
  EXCHANGE_UNREACHABLE: EXIT.unreachable,
  EXCHANGE_REFUSED: EXIT.unreachable,
  EXCHANGE_UNKNOWN_OUTCOME: EXIT.unreachable,
  EXCHANGE_PROTOCOL: EXIT.unreachable,
  PORT_BUSY: EXIT.usage,
  LOG_INVALID: EXIT.failed,
  LOG_WRITE: EXIT.failed,
  LOCKED: EXIT.usage,
  NUMBER_INVALID: EXIT.usage,
  CHECK_FAILED: EXIT.failed,
};

/** The exit code that goes with whatever a command threw. */
export function exitCodeOf(thrown: unknown): number {
  return isBreakwaterError(thrown) ? BY_CODE[thrown.code] : EXIT.failed;
}
