import type { Host, SigningKey } from '../std/host.ts';
import type { AgentKey } from '../vault/agentKey.ts';
import { parseAgentKey } from '../vault/parseAgentKey.ts';
import { KDF_FLOOR } from '../vault/passphraseKey.ts';
import { VaultFile } from '../vault/vaultFile.ts';
import type { DeskAccount } from './deskAccounts.ts';

/**
 * Puts the throw-away keys of a simulated exchange into an encrypted vault file and loads them from
 * there, so that they take the way that real keys take. The passphrase is random and forgotten: with
 * 256 random bits behind it, the lightest key derivation is strong enough.
 */
export async function sealAndLoad(
  host: Host,
  path: string,
  accounts: readonly DeskAccount[],
): Promise<SigningKey[]> {
  const vault = await VaultFile.create(host, path, host.crypto.randomBytes(32), KDF_FLOOR);
  const agents: AgentKey[] = [];
  const keys: SigningKey[] = [];
  try {
    for (const { identity, key } of accounts) {
      const text = { account: key.account, main: key.main, apiKey: key.apiKey };
      const where = `account ${identity.name}`;
      agents.push(parseAgentKey({ ...text, secretKey: key.agentSecretKey }, where, host.crypto));
    }
    // In one write: with one for each, a thousand accounts would take minutes.
    for (const { itemId } of await vault.addAll(agents)) {
      keys.push(vault.use(itemId, (opened) => opened.load(host.crypto)));
    }
    return keys;
  } catch (refusal) {
    for (const key of keys) key.destroy();
    throw refusal;
  } finally {
    for (const agent of agents) agent.wipe();
    vault.lock();
  }
}
