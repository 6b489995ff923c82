import { ADD_ISOLATED_MARGIN } from '../../../protocol/operations/account/addIsolatedMargin.ts';
import { CREATE_SUBACCOUNT } from '../../../protocol/operations/account/createSubaccount.ts';
import { LIST_SUBACCOUNTS } from '../../../protocol/operations/account/listSubaccounts.ts';
import { TRANSFER_FUNDS } from '../../../protocol/operations/account/transferFunds.ts';
import { UPDATE_LEVERAGE } from '../../../protocol/operations/account/updateLeverage.ts';
import { UPDATE_MARGIN_MODE } from '../../../protocol/operations/account/updateMarginMode.ts';
import { ADD_AGENT_WHITELISTED_IP } from '../../../protocol/operations/keys/addAgentWhitelistedIp.ts';
import { BIND_AGENT_WALLET } from '../../../protocol/operations/keys/bindAgentWallet.ts';
import { CREATE_API_KEY } from '../../../protocol/operations/keys/createApiKey.ts';
import { LIST_AGENT_IP_WHITELIST } from '../../../protocol/operations/keys/listAgentIpWhitelist.ts';
import { LIST_AGENT_WALLETS } from '../../../protocol/operations/keys/listAgentWallets.ts';
import { LIST_API_KEYS } from '../../../protocol/operations/keys/listApiKeys.ts';
import { REMOVE_AGENT_WHITELISTED_IP } from '../../../protocol/operations/keys/removeAgentWhitelistedIp.ts';
import { REVOKE_AGENT_WALLET } from '../../../protocol/operations/keys/revokeAgentWallet.ts';
import { REVOKE_ALL_AGENT_WALLETS } from '../../../protocol/operations/keys/revokeAllAgentWallets.ts';
import { REVOKE_API_KEY } from '../../../protocol/operations/keys/revokeApiKey.ts';
import { SET_AGENT_IP_WHITELIST_ENABLED } from '../../../protocol/operations/keys/setAgentIpWhitelistEnabled.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { BatchAction } from '../../../protocol/operations/orders/batchOrders.ts';
import { CANCEL_ALL_ORDERS } from '../../../protocol/operations/orders/cancelAllOrders.ts';
import { CANCEL_ORDER } from '../../../protocol/operations/orders/cancelOrder.ts';
import { CANCEL_STOP_ORDER } from '../../../protocol/operations/orders/cancelStopOrder.ts';
import { CANCEL_TWAP_ORDER } from '../../../protocol/operations/orders/cancelTwapOrder.ts';
import { CREATE_MARKET_ORDER } from '../../../protocol/operations/orders/createMarketOrder.ts';
import { CREATE_ORDER } from '../../../protocol/operations/orders/createOrder.ts';
import { CREATE_STOP_ORDER } from '../../../protocol/operations/orders/createStopOrder.ts';
import { CREATE_TWAP_ORDER } from '../../../protocol/operations/orders/createTwapOrder.ts';
import { EDIT_ORDER } from '../../../protocol/operations/orders/editOrder.ts';
import { SET_POSITION_TPSL } from '../../../protocol/operations/orders/setPositionTpsl.ts';
import type { ExchangeSettings } from '../../settings.ts';
import type { ExchangeState } from '../exchangeState.ts';
import {
  prepareAddAgentWhitelistedIp,
  prepareBindAgentWallet,
  prepareCreateApiKey,
  prepareListAgentIpWhitelist,
  prepareListAgentWallets,
  prepareListApiKeys,
  prepareRemoveAgentWhitelistedIp,
  prepareRevokeAgentWallet,
  prepareRevokeAllAgentWallets,
  prepareRevokeApiKey,
  prepareSetAgentIpWhitelistEnabled,
} from './keyOperations.ts';
import {
  prepareAddIsolatedMargin,
  prepareUpdateLeverage,
  prepareUpdateMarginMode,
} from './marginOperations.ts';
import {
  prepareCancelAllOrders,
  prepareCancelOrder,
  prepareCreateMarketOrder,
  prepareCreateOrder,
  prepareEditOrder,
} from './orderOperations.ts';
import type { Prepare, Prepared } from './prepared.ts';
import { accepted, type Result } from './refusal.ts';
import type { Verify } from './signatures.ts';
import { readSigned, type Signer } from './signedRequest.ts';
import {
  prepareCancelStopOrder,
  prepareCreateStopOrder,
  prepareSetPositionTpsl,
} from './stopOperations.ts';
import {
  prepareListSubaccounts,
  prepareTransferFunds,
  readCreateSubaccount,
} from './subaccountOperations.ts';
import { prepareCancelTwapOrder, prepareCreateTwapOrder } from './twapOperations.ts';

/** A signed body that was found good; `prepare` does what does not depend on the book. */
export interface Signed {
  readonly address: string;
  prepare(): Result<Prepared>;
}

/** An operation as the exchange serves it: its names on the wire, its price, how its body is read. */
export interface Served {
  readonly type: string;
  /** Below `/api/v1`. */
  readonly path: string;
  /** Key in `params` of a WebSocket request; absent where the WebSocket does not offer it. */
  readonly wsKey: string | undefined;
  readonly costTenths: number;
  /** `peer` is the address that the request came from. */
  read(state: ExchangeState, verify: Verify, body: unknown, peer: string): Result<Signed>;
}

type SignerOf = (settings: ExchangeSettings) => Signer;

const OWNER: SignerOf = () => 'owner';
const OF_API_KEYS: SignerOf = ({ apiKeySigner }) => apiKeySigner;

function served<Fields>(
  operation: Operation<Fields>,
  prepare: Prepare<Fields>,
  signerOf: SignerOf = () => 'agent',
): Served {
  const { costTenths, path, type, wsKey } = operation;
  return {
    type,
    path,
    wsKey,
    costTenths,
    read: (state, verify, body, peer) => {
      const signer = signerOf(state.settings);
      const request = readSigned(state, verify, { operation, signer }, body, peer);
      if (!request.ok) return request;
      const { value } = request;
      return accepted({ address: value.address, prepare: () => prepare(state, value) });
    },
  };
}

/** Every operation that the exchange serves by itself, batches aside; a row each. */
export const SERVED: readonly Served[] = [
  served(CREATE_ORDER, prepareCreateOrder),
  served(CREATE_MARKET_ORDER, prepareCreateMarketOrder),
  served(CANCEL_ORDER, prepareCancelOrder),
  served(CANCEL_ALL_ORDERS, prepareCancelAllOrders),
  served(EDIT_ORDER, prepareEditOrder),
  // Only one page of the documents names these two as WebSocket operations.
  { ...served(CREATE_STOP_ORDER, prepareCreateStopOrder), wsKey: CREATE_STOP_ORDER.type },
  { ...served(SET_POSITION_TPSL, prepareSetPositionTpsl), wsKey: SET_POSITION_TPSL.type },
  served(CANCEL_STOP_ORDER, prepareCancelStopOrder),
  served(CREATE_TWAP_ORDER, prepareCreateTwapOrder),
  served(CANCEL_TWAP_ORDER, prepareCancelTwapOrder),
  served(UPDATE_LEVERAGE, prepareUpdateLeverage),
  served(UPDATE_MARGIN_MODE, prepareUpdateMarginMode),
  served(ADD_ISOLATED_MARGIN, prepareAddIsolatedMargin),
  { ...CREATE_SUBACCOUNT, type: 'create_subaccount', wsKey: undefined, read: readCreateSubaccount },
  served(LIST_SUBACCOUNTS, prepareListSubaccounts),
  served(TRANSFER_FUNDS, prepareTransferFunds, ({ transferSigner }) => transferSigner),
  served(BIND_AGENT_WALLET, prepareBindAgentWallet, OWNER),
  served(LIST_AGENT_WALLETS, prepareListAgentWallets, OWNER),
  served(REVOKE_AGENT_WALLET, prepareRevokeAgentWallet, OWNER),
  served(REVOKE_ALL_AGENT_WALLETS, prepareRevokeAllAgentWallets, OWNER),
  served(LIST_AGENT_IP_WHITELIST, prepareListAgentIpWhitelist, OWNER),
  served(ADD_AGENT_WHITELISTED_IP, prepareAddAgentWhitelistedIp, OWNER),
  served(REMOVE_AGENT_WHITELISTED_IP, prepareRemoveAgentWhitelistedIp, OWNER),
  served(SET_AGENT_IP_WHITELIST_ENABLED, prepareSetAgentIpWhitelistEnabled, OWNER),
  served(CREATE_API_KEY, prepareCreateApiKey, OF_API_KEYS),
  served(LIST_API_KEYS, prepareListApiKeys, OF_API_KEYS),
  served(REVOKE_API_KEY, prepareRevokeApiKey, OF_API_KEYS),
];

/** The operation behind each kind of batch action. */
export const ACTION_TYPES: Readonly<Record<BatchAction['type'], string>> = {
  Create: 'create_order',
  CreateMarket: 'create_market_order',
  Cancel: 'cancel_order',
  SetPositionTpsl: 'set_position_tpsl',
  CancelStopOrder: 'cancel_stop_order',
  Edit: 'edit_order',
};

const BY_TYPE: ReadonlyMap<string, Served> = new Map(SERVED.map((each) => [each.type, each]));

export function servedAs(type: string): Served | undefined {
  return BY_TYPE.get(type);
}
