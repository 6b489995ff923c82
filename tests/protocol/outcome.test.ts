// Typed errors: every message template and error name of the reference, and what each comes to.
import { describe, expect, test } from '@jest/globals';
import { ERROR_NAMES, NEVER_ANSWERED } from '../../src/protocol/errorNames.ts';
import { failureOf, type RefusalReason, refusalReason } from '../../src/protocol/outcome.ts';
import { readEnvelope } from '../../src/protocol/replies/envelope.ts';

const A = 'FAe4sisG95oZ42w7buUn5qEE4TAnfTTFPiguZUHmhiF';
const B = '3WTypo2uYrwMHJ5yFFwUPX6T25n39PwNwke7pz22P4Ut';
const CLOID = '12345678-1234-1234-1234-123456789abc';

/** The templates of section 8, filled in, and the exact strings that were seen. */
const MESSAGES: readonly (readonly [RefusalReason, string])[] = [
  ['not-found', `Account not found: ${A}`],
  ['conflict', `Account already exists: ${A}`],
  ['not-found', 'Book not found: btc'],
  ['invalid', 'Invalid tick level: 5'],
  ['balance', `Insufficient balance for ${A}: 420.69 (account value: 336.91)`],
  ['not-found', `Order not found for ${A}: 42069`],
  ['invalid', `Order amount too low for ${A}: 7.81140 < 10`],
  ['invalid', `Order amount too high for ${A}: 6000000 > 5000000`],
  ['balance', 'Over withdrawal: balance 5 amount 6'],
  ['limit', `Open order limit reached for ${A}: 500`],
  ['conflict', 'Cannot decrease leverage with open position.: 5'],
  ['conflict', `Cannot update margin with open position for ${A}: isolated true`],
  ['not-found', `Position not found for ${A}: BTC`],
  ['invalid', 'Invalid stop tick: 5'],
  ['invalid', 'Invalid stop order side'],
  ['invalid', 'Invalid stop order amount: 0'],
  ['reduce-only', 'Invalid stop order reduce only'],
  ['invalid', 'Invalid order type'],
  ['reduce-only', 'Invalid reduce-only order side: must be opposite to position side'],
  ['reduce-only', 'Invalid reduce-only order amount: 2 exceeds position amount 1'],
  ['reduce-only', `No position found for reduce-only order: ${A} BTC`],
  ['balance', 'Immediate liquidation for BTC: size 1 tick level 5 safe tick level 4'],
  ['invalid', 'Withdraw amount too low: 0.5'],
  ['invalid', 'Price too far from mark: 1000 105000'],
  ['limit', `Daily withdraw limit exceeded for ${A}: 5 > 4`],
  ['forbidden', `Invalid transfer relationship: ${A} -> ${B}`],
  ['forbidden', `Subaccount withdrawal not allowed: ${B}`],
  ['forbidden', `Subaccounts cannot create other subaccounts: ${B}`],
  ['duplicate', `Duplicate client order id: ${CLOID}`],
  ['not-found', `Unused client order id: ${CLOID}`],
  ['forbidden', `Not a main account: ${B}`],
  ['rate-limited', 'Rate limit exceeded'],
  // Seen on testnet.
  ['not-found', 'Position not found'],
  ['not-found', 'PositionNotFound'],
  ['no-liquidity', 'No reasonable price found'],
  ['not-found', 'Order not found'],
  ['not-found', 'Failed to cancel order'],
  ['invalid', 'duration of twap order 5 too short'],
  ['invalid', '100.5 is not a multiple of tick size 1'],
  ['invalid', 'missing field `price`'],
  ['invalid', 'Json deserialize error: unknown variant `FOK`, expected one of `GTC`, `IOC`'],
  ['not-found', 'Order history not found for order ID: 28416222569'],
  ['not-found', 'Account loan cache not found'],
  ['balance', 'Insufficient balance for AwX6321: 420.69 (account value: 336.91)'],
  // Authentication.
  ['signature', 'Invalid signature'],
  ['expired', 'Invalid message'],
  ['invalid', 'Invalid public key'],
  ['signature', 'Verification failed'],
  ['signature', 'Verification failed: signature does not match signer and canonical payload.'],
  ['signature', 'Agent not authorized for account'],
  ['forbidden', 'Signer not whitelisted'],
  ['forbidden', 'Beta access required. Signer must redeem a valid beta code.'],
  ['invalid', 'Invalid leverage'],
];

describe('the reason of a refusal', () => {
  test.each(MESSAGES)('PROTO-73: %s: %s', (reason, message) => {
    for (const status of [400, 420, 422]) {
      expect(failureOf(status, message)).toEqual({ kind: 'refused', status, reason, message });
    }
    expect(refusalReason(429, message)).toBe('rate-limited');
  });

  // The engine's list and the public one, as they are published.
  const NAMES =
    'ACCOUNT_NOT_FOUND ACCOUNT_ALREADY_EXISTS BOOK_NOT_FOUND INVALID_TICK_LEVEL INSUFFICIENT_BALANCE ' +
    'ORDER_NOT_FOUND ORDER_AMOUNT_TOO_LOW ORDER_AMOUNT_TOO_HIGH OVER_WITHDRAWAL ' +
    'OPEN_ORDER_LIMIT_REACHED INVALID_LEVERAGE CANNOT_UPDATE_MARGIN POSITION_NOT_FOUND ' +
    'INVALID_DEPOSIT_NONCE INVALID_STOP_TICK INVALID_STOP_ORDER_SIDE INVALID_STOP_ORDER_AMOUNT ' +
    'INVALID_STOP_ORDER_REDUCE_ONLY INVALID_ORDER_TYPE INVALID_REDUCE_ONLY_ORDER_SIDE ' +
    'INVALID_REDUCE_ONLY_ORDER_AMOUNT NO_POSITION_FOR_REDUCE_ONLY_ORDER INVALID_LIQUIDATION_SIDE ' +
    'NO_REASONABLE_PRICE IMMEDIATE_LIQUIDATION WITHDRAW_AMOUNT_TOO_LOW PRICE_TOO_FAR_FROM_MARK ' +
    'DAILY_WITHDRAW_LIMIT_EXCEEDED WITHDRAWAL_BLOCKED INVALID_TRANSFER_RELATIONSHIP ' +
    'SUBACCOUNT_WITHDRAWAL_NOT_ALLOWED SUBACCOUNT_CANNOT_CREATE_SUBACCOUNT ' +
    'DUPLICATE_CLIENT_ORDER_ID UNUSED_CLIENT_ORDER_ID TRADING_DISABLED INVALID_FEE_MODE ' +
    'NOT_MAIN_ACCOUNT OPEN_INTEREST_LIMIT_EXCEEDED EXCHANGE_WITHDRAW_LIMIT_REACHED ' +
    'TWAP_DUPLICATE_CLIENT_ORDER_ID TWAP_UNUSED_CLIENT_ORDER_ID ' +
    'TWAP_ORDER_FAIL_TO_GET_SUB_ORDER_AMOUNT TWAP_ORDER_DURATION_TOO_SHORT TWAP_ORDER_NOT_FOUND ' +
    'TWAP_ORDER_COUNT_PER_SYMBOL_LIMIT_EXCEEDED POSITION_TPSL_LIMIT_EXCEEDED INVALID_BUILDER_CODE ' +
    'UNSUPPORTED_OPERATION INVALID_TICK_SIZE ORDER_BLOCKED_BY_LOAN_POOL_STRESS ' +
    'ASSET_ALREADY_EXISTS ASSET_NOT_FOUND ASSET_NOT_ACTIVE INVALID_AMOUNT ' +
    'SPOT_WITHDRAWAL_EXCEEDS_COLLATERAL INSUFFICIENT_SPOT_BALANCE MISSING_MARK_PRICE ' +
    'INVALID_FLOOR_PRICE_PCT SPOT_EXCLUSION_BREACHES_COLLATERAL LAKE_NOT_FOUND ' +
    'LAKE_ADDRESS_COLLISION LAKE_MIN_DEPOSIT_AMOUNT LAKE_INVALID_SHARES LAKE_OVER_WITHDRAWAL ' +
    'LAKE_NICKNAME_ALREADY_EXISTS LAKE_WITHDRAWAL_NOT_ALLOWED LAKE_MANAGER_IS_SUBLAKE ' +
    'LAKE_NOT_CREATOR LAKE_DEPOSIT_CAP_EXCEEDED LAKE_WITHDRAW_TOO_EARLY ' +
    'LAKE_INVALID_REV_SHARE_CONFIG LAKE_DEPOSITOR_OVER_WITHDRAWAL LAKE_ALREADY_HAS_MANAGER ' +
    'LAKE_MANAGER_BALANCE_PORTION_TOO_LOW LAKE_INVALID_BALANCE_PORTION_CONFIG ' +
    'LAKE_LIQUIDATION_PORTION_ABOVE_MIN_PORTION LAKE_TRADING_HALTED INVALID_WITHDRAW_NONCE ' +
    'LAKE_INVALID_WITHDRAW_WINDOW_CONFIG LAKE_WITHDRAW_DURATION_ABOVE_WINDOW ' +
    'LAKE_WITHDRAW_WINDOW_CLOSED INVALID_SPOT_DEPOSIT_NONCE SPOT_DEPOSIT_NONCE_GAP ' +
    'INVALID_SPOT_WITHDRAW_NONCE SPOT_BRIDGE_NOT_FOUND SPOT_BRIDGE_INACTIVE ' +
    'LAKE_SYMBOL_NOT_ALLOWED LAKE_MAX_LEVERAGE_EXCEEDED GAME_CONFIG_NOT_FOUND ' +
    'GAME_ACCOUNT_NOT_FOUND GAME_ACCOUNT_ADDRESS_COLLISION GAME_DEPOSIT_CAP_EXCEEDED ' +
    'GAME_OPERATION_NOT_ALLOWED GAME_ALREADY_ENDED GAME_INVALID_CONFIG ' +
    'GAME_ACCOUNT_WITHDRAWAL_NOT_ALLOWED GAME_LEVERAGE_EXCEEDED GAME_DEPOSIT_BELOW_MINIMUM ' +
    'REDUCE_ONLY_NOT_SUPPORTED_FOR_SPOT TP_SL_NOT_SUPPORTED_FOR_SPOT ' +
    'BUILDER_CODE_NOT_SUPPORTED_FOR_SPOT MARGIN_SETTINGS_NOT_APPLICABLE_FOR_SPOT ' +
    'INVALID_BOOK_CONFIG TAP_GAME_NOT_ACTIVE TAP_GAME_INVALID_AMOUNT TAP_GAME_ERROR ' +
    'INVALID_COLLATERAL_LIMIT LAKE_SELF_DEPOSIT_NOT_ALLOWED ' +
    'SPOT_COLLATERAL_LIMIT_BREACHES_COLLATERAL LAKE_DEPOSITOR_NOT_WHITELISTED ' +
    'DAILY_SPOT_WITHDRAW_LIMIT_EXCEEDED RFQ_SELF_QUOTE_NOT_ALLOWED ' +
    'EXCHANGE_SPOT_WITHDRAW_LIMIT_REACHED RFQ_NOT_SUPPORTED_FOR_SPOT INVALID_SPOT_LIMIT ' +
    'RFQ_MISSING_CLIENT_ORDER_ID ORACLE_NOT_AVAILABLE VAULT_WITHDRAWAL_NOT_ALLOWED ' +
    'RFQ_QUOTE_WORSE_THAN_BOOK';

  test.each(NAMES.split(' '))('PROTO-73: the name %s is known', (name) => {
    const reason = ERROR_NAMES[name.toLowerCase()];
    expect(reason).toBeDefined();
    // The name counts before the words, in either case.
    expect(refusalReason(422, 'Invalid signature', name)).toBe(reason);
    expect(refusalReason(422, 'Invalid signature', name.toLowerCase())).toBe(reason);
  });

  test.each<[string, RefusalReason]>([
    ['signature_verification_failed', 'signature'],
    ['invalid_amount', 'invalid'],
    ['insufficient_balance', 'balance'],
    ['duplicate_client_order_id', 'duplicate'],
    ['order_not_found', 'not-found'],
    ['no_reasonable_price', 'no-liquidity'],
    ['no_position_for_reduce_only_order', 'reduce-only'],
    ['open_order_limit_reached', 'limit'],
    ['trading_disabled', 'unavailable'],
    ['account_already_exists', 'conflict'],
    ['not_main_account', 'forbidden'],
  ])('PROTO-73: the name %s comes to %s', (name, reason) => {
    expect(failureOf(422, 'words', name)).toMatchObject({ kind: 'refused', reason });
  });

  test('PROTO-73: a name that is not known leaves it to the words', () => {
    expect(refusalReason(422, 'Order not found', 'brand_new')).toBe('not-found');
    expect(refusalReason(403, '', 'brand_new')).toBe('forbidden');
  });

  test('PROTO-73: the number decides nothing', () => {
    for (const code of [0, 5, 28, 36, 422, null]) {
      const body = { success: false, data: null, error: 'Failed to cancel order', code };
      expect(readEnvelope(422, JSON.stringify(body))).toMatchObject({ reason: 'not-found' });
    }
    const named = {
      success: false,
      data: null,
      error: `Order amount too low for ${A}: 7.81140 < 10`,
      code: 0,
      error_id: 'invalid_amount',
    };
    expect(readEnvelope(422, JSON.stringify(named))).toMatchObject({ reason: 'invalid' });
  });
});

describe('whether a request may have reached the exchange', () => {
  test.each([...NEVER_ANSWERED])('PROTO-74: %s leaves it open under every status', (name) => {
    for (const status of [400, 420, 422, 500]) {
      expect(failureOf(status, 'words', name.toUpperCase()).kind).toBe('unknown');
    }
  });

  test.each(['Request timed out', 'Response dropped', 'Channel closed'])(
    'PROTO-74: %s leaves it open under every status',
    (message) => {
      for (const status of [400, 408, 422, 504]) {
        expect(failureOf(status, message).kind).toBe('unknown');
      }
    },
  );

  // WebSocket codes and HTTP statuses alike.
  test.each<[number, 'refused' | 'unknown']>([
    [400, 'refused'],
    [401, 'refused'],
    [402, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [420, 'refused'],
    [422, 'refused'],
    [429, 'refused'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
    [0, 'unknown'],
  ])('PROTO-23: %d leaves a request %s', (status, kind) => {
    expect(failureOf(status, '').kind).toBe(kind);
  });
});
