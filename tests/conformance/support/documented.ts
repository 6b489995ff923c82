// What the exchange's documentation offers to trading accounts, as a list that no code here derives.

/** Reads below `/api/v1`, by GET. */
export const READS = [
  '/info',
  '/info/prices',
  '/info/fees',
  '/kline',
  '/kline/mark',
  '/book',
  '/trades',
  '/funding_rate/history',
  '/account',
  '/account/settings',
  '/account/balance/history',
  '/positions',
  '/trades/history',
  '/funding/history',
  '/portfolio',
  '/orders',
  '/orders/history',
  '/orders/history_by_id',
  '/orders/twap',
  '/orders/twap/history',
  '/orders/twap/history_by_id',
] as const;

/** Signed operations below `/api/v1`, by POST: path and the type that is signed. */
export const OPERATIONS = {
  '/orders/create': 'create_order',
  '/orders/create_market': 'create_market_order',
  '/orders/stop/create': 'create_stop_order',
  '/orders/stop/cancel': 'cancel_stop_order',
  '/orders/edit': 'edit_order',
  '/orders/cancel': 'cancel_order',
  '/orders/cancel_all': 'cancel_all_orders',
  '/orders/twap/create': 'create_twap_order',
  '/orders/twap/cancel': 'cancel_twap_order',
  '/positions/tpsl': 'set_position_tpsl',
  '/positions/add_isolated_margin': 'add_isolated_margin',
  '/account/leverage': 'update_leverage',
  '/account/margin': 'update_margin_mode',
  '/account/subaccount/list': 'list_subaccounts',
  '/account/subaccount/transfer': 'transfer_funds',
  '/account/api_keys': 'list_api_keys',
  '/account/api_keys/create': 'create_api_key',
  '/account/api_keys/revoke': 'revoke_api_key',
  '/agent/bind': 'bind_agent_wallet',
  '/agent/list': 'list_agent_wallets',
  '/agent/revoke': 'revoke_agent_wallet',
  '/agent/revoke_all': 'revoke_all_agent_wallets',
  '/agent/ip_whitelist/list': 'list_agent_ip_whitelist',
  '/agent/ip_whitelist/add': 'add_agent_whitelisted_ip',
  '/agent/ip_whitelist/remove': 'remove_agent_whitelisted_ip',
  '/agent/ip_whitelist/toggle': 'set_agent_ip_whitelist_enabled',
} as const;
export type OperationPath = keyof typeof OPERATIONS;

/** The two that carry signatures of their own. */
export const COMPOUND_OPERATIONS = ['/orders/batch', '/account/subaccount/create'] as const;

/** Operations of a WebSocket, by their key in `params`. */
export const SOCKET_OPERATIONS = [
  'create_order',
  'create_market_order',
  'edit_order',
  'cancel_order',
  'cancel_all_orders',
  'batch_orders',
] as const;

/** Channels of a WebSocket. */
export const CHANNELS = [
  'prices',
  'book',
  'bbo',
  'trades',
  'candle',
  'mark_price_candle',
  'account_info',
  'account_positions',
  'account_orders',
  'account_order_updates',
  'account_trades',
  'account_margin',
  'account_leverage',
  'account_transfers',
  'account_twap_orders',
  'account_twap_order_updates',
] as const;

/** Types of the actions in a batch, with the type that each is signed with. */
export const ACTIONS: Readonly<Record<string, string>> = {
  Create: 'create_order',
  CreateMarket: 'create_market_order',
  Cancel: 'cancel_order',
  SetPositionTpsl: 'set_position_tpsl',
  CancelStopOrder: 'cancel_stop_order',
  Edit: 'edit_order',
};
