import type { AccountIdentity } from '../accounts/accountManager.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import { BreakwaterError } from '../std/errors.ts';
import type { ExchangeFile } from './exchangeFile.ts';

/** One configured account with the throw-away keys of the simulated exchange. */
export interface DeskAccount {
  readonly identity: AccountIdentity;
  readonly key: ExchangeFile['accounts'][number];
}

/**
 * Gives every configured account its keys: by address where one is configured, otherwise the next
 * free account of the exchange. Throws `CONFIG_INVALID`.
 */
export function matchAccounts(
  config: DeskConfig,
  exchange: ExchangeFile,
  where: string,
): DeskAccount[] {
  checkKeys(exchange, where);
  const own = config.accounts.flatMap((account) => account.address ?? []);
  checkOutside(config.outsideAccounts, own, where);
  const wanted = new Set([...own, ...config.outsideAccounts]);
  const free = exchange.accounts.filter((account) => !wanted.has(account.account));
  const families = new Map<string, number>();
  return config.accounts.map((account, index) => {
    const key =
      account.address === undefined
        ? free.shift()
        : exchange.accounts.find((one) => one.account === account.address);
    if (key === undefined) throw missing(config, exchange, index, where);
    const family = families.get(key.main) ?? families.size;
    families.set(key.main, family);
    return { identity: { index, name: account.name, address: key.account, family }, key };
  });
}

function checkOutside(outside: readonly string[], own: readonly string[], where: string): void {
  const twice = outside.find((address, i) => own.includes(address) || outside.indexOf(address) < i);
  if (twice === undefined) return;
  throw new BreakwaterError(
    'CONFIG_INVALID',
    `${where}: field "outsideAccounts": ${twice} is named twice or is an account of the desk`,
  );
}

function checkKeys(exchange: ExchangeFile, where: string): void {
  const owners = new Map<string, string>();
  for (const { account, agentSecretKey } of exchange.accounts) {
    const other = owners.get(agentSecretKey);
    if (other !== undefined) {
      throw new BreakwaterError(
        'CONFIG_INVALID',
        `${where}: accounts ${other} and ${account} have the same agent key, expected one key per account`,
      );
    }
    owners.set(agentSecretKey, account);
  }
}

function missing(
  config: DeskConfig,
  exchange: ExchangeFile,
  index: number,
  where: string,
): BreakwaterError {
  const account = config.accounts[index];
  const sentence =
    account?.address === undefined
      ? `the configuration has ${config.accounts.length} accounts, the exchange only ${exchange.accounts.length}`
      : `accounts.${index}.address: the exchange has no account ${account.address}`;
  return new BreakwaterError('CONFIG_INVALID', `${where}: ${sentence}`);
}
