import { Command } from 'commander';
import { matchAccounts } from '../../assembly/deskAccounts.ts';
import { type Preflight, preflight } from '../../assembly/preflight.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { dollars } from '../../report/dollars.ts';
import { table } from '../../report/table.ts';
import { parseAgentKey } from '../../vault/parseAgentKey.ts';
import { loadConfig } from '../configFile.ts';
import { EXIT } from '../exitCode.ts';
import type { Output } from '../output.ts';

/** `breakwater check CONFIG`: validates it and prints the plan, without trading. */
export function checkCommand(output: Output): Command {
  return new Command('check')
    .summary('validate a configuration and print its plan')
    .description('Validate a configuration and print the pre-flight plan without trading.')
    .argument('<config>', 'the configuration')
    .action((path: string) => check(path, output));
}

async function check(path: string, output: Output): Promise<void> {
  const host = createNodeHost();
  const loaded = await loadConfig(path);
  const accounts = matchAccounts(loaded.config, loaded.exchange, path);
  for (const { identity, key } of accounts) {
    const { account, main, agentSecretKey: secretKey, apiKey } = key;
    parseAgentKey(
      { account, main, secretKey, apiKey },
      `account ${identity.name}`,
      host.crypto,
    ).wipe();
  }
  const plan = await preflight(host, loaded.config, loaded.exchange.rest, path, accounts);
  output.result(plan, planText(plan));
  process.exitCode = plan.ok ? EXIT.ok : EXIT.failed;
}

function planText(plan: Preflight): string {
  const usd = (amount: number): string => dollars(Math.round(amount * 1e6), 0);
  const families = plan.families === 1 ? '1 family' : `${plan.families} families`;
  const rows = plan.strategies.map((s) => [
    s.name,
    `${s.accounts}`,
    `${s.ordersAtOnce}`,
    usd(s.largestOrderUsd),
    usd(s.largestPositionUsd),
    `${s.creditsPerMinute}`,
  ]);
  return [
    table([['strategy', ...COLUMNS], ...rows]),
    '',
    `${plan.accounts} accounts in ${families}; credits a minute in the busiest family: ${plan.creditsPerMinute} of ${plan.usableCreditsPerMinute} usable`,
    `margin at most ${usd(plan.marginUsd)} of ${usd(plan.equityUsd)} equity`,
    `loss if every position moved 20 % against its account: ${usd(plan.worstLossUsd)}`,
    ...plan.conflicts.map((conflict) => `conflict: ${conflict}`),
    plan.ok ? 'ok: nothing stands in the way' : 'FAIL: the conflicts above must be mended first',
  ].join('\n');
}

const COLUMNS = ['accounts', 'orders at once', 'largest order', 'largest position', 'credits/min'];
