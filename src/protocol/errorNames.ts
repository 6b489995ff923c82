import type { RefusalReason } from './outcome.ts';

/**
 * The exchange's names of errors (its engine's list and what newer answers carry as `error_id`), by
 * what they come to. Their numbers differ between two lists in use and are nowhere read.
 */
const BY_REASON: Partial<Readonly<Record<RefusalReason, string>>> = {
  'rate-limited': 'rate_limit_exceeded',
  expired: 'invalid_message',
  signature: 'signature_verification_failed invalid_signature invalid_signer unauthorized',
  forbidden:
    'invalid_transfer_relationship subaccount_withdrawal_not_allowed ' +
    'subaccount_cannot_create_subaccount not_main_account lake_withdrawal_not_allowed ' +
    'lake_manager_is_sublake lake_not_creator lake_symbol_not_allowed ' +
    'game_operation_not_allowed game_account_withdrawal_not_allowed ' +
    'lake_self_deposit_not_allowed lake_depositor_not_whitelisted rfq_self_quote_not_allowed ' +
    'vault_withdrawal_not_allowed',
  'not-found':
    'account_not_found book_not_found order_not_found position_not_found ' +
    'unused_client_order_id twap_unused_client_order_id twap_order_not_found asset_not_found ' +
    'lake_not_found spot_bridge_not_found game_config_not_found game_account_not_found',
  duplicate: 'duplicate_client_order_id twap_duplicate_client_order_id',
  balance:
    'insufficient_balance over_withdrawal immediate_liquidation insufficient_spot_balance ' +
    'spot_withdrawal_exceeds_collateral spot_exclusion_breaches_collateral ' +
    'spot_collateral_limit_breaches_collateral',
  'no-liquidity': 'no_reasonable_price',
  'reduce-only':
    'invalid_reduce_only_order_side invalid_reduce_only_order_amount ' +
    'no_position_for_reduce_only_order invalid_stop_order_reduce_only ' +
    'reduce_only_not_supported_for_spot',
  conflict:
    'account_already_exists cannot_update_margin asset_already_exists lake_address_collision ' +
    'lake_nickname_already_exists lake_already_has_manager game_account_address_collision',
  limit:
    'open_order_limit_reached daily_withdraw_limit_exceeded ' +
    'open_interest_limit_exceeded exchange_withdraw_limit_reached ' +
    'twap_order_count_per_symbol_limit_exceeded position_tpsl_limit_exceeded ' +
    'lake_over_withdrawal lake_deposit_cap_exceeded lake_depositor_over_withdrawal ' +
    'lake_max_leverage_exceeded game_deposit_cap_exceeded game_leverage_exceeded ' +
    'daily_spot_withdraw_limit_exceeded exchange_spot_withdraw_limit_reached',
  unavailable:
    'withdrawal_blocked trading_disabled order_blocked_by_loan_pool_stress asset_not_active ' +
    'missing_mark_price lake_trading_halted lake_withdraw_too_early lake_withdraw_window_closed ' +
    'spot_bridge_inactive game_already_ended tap_game_not_active oracle_not_available',
  invalid:
    'invalid_tick_level order_amount_too_low order_amount_too_high invalid_leverage ' +
    'invalid_deposit_nonce invalid_stop_tick invalid_stop_order_side invalid_stop_order_amount ' +
    'invalid_order_type invalid_liquidation_side withdraw_amount_too_low ' +
    'price_too_far_from_mark invalid_fee_mode twap_order_fail_to_get_sub_order_amount ' +
    'twap_order_duration_too_short invalid_builder_code unsupported_operation ' +
    'invalid_tick_size invalid_amount invalid_floor_price_pct lake_min_deposit_amount ' +
    'lake_invalid_shares lake_invalid_rev_share_config lake_manager_balance_portion_too_low ' +
    'lake_invalid_balance_portion_config lake_liquidation_portion_above_min_portion ' +
    'invalid_withdraw_nonce lake_invalid_withdraw_window_config ' +
    'lake_withdraw_duration_above_window invalid_spot_deposit_nonce spot_deposit_nonce_gap ' +
    'invalid_spot_withdraw_nonce game_invalid_config game_deposit_below_minimum ' +
    'tp_sl_not_supported_for_spot builder_code_not_supported_for_spot ' +
    'margin_settings_not_applicable_for_spot invalid_book_config tap_game_invalid_amount ' +
    'invalid_collateral_limit rfq_not_supported_for_spot invalid_spot_limit ' +
    'rfq_missing_client_order_id rfq_quote_worse_than_book',
  other: 'tap_game_error',
};

/** Reason by name, in lower case. */
export const ERROR_NAMES: Readonly<Record<string, RefusalReason>> = Object.fromEntries(
  Object.entries(BY_REASON).flatMap(([reason, names]) =>
    names.split(' ').map((name) => [name, reason as RefusalReason]),
  ),
);

/** Names that say that the answer was lost on the way, not that the request was turned away. */
export const NEVER_ANSWERED: ReadonlySet<string> = new Set([
  'internal',
  'database_error',
  'channel_closed',
  'response_dropped',
  'request_timed_out',
]);
