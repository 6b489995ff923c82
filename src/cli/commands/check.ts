import { Command } from 'commander';
import { matchAccounts } from '../../assembly/deskAccounts.ts';
import { preflight } from '../../assembly/preflight.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { table } from '../../report/table.ts';
import { parseAgentKey } from '../../vault/parseAgentKey.ts';
import { loadConfig } from '../configFile.ts';
import { EXIT } from '../exitCode.ts';
import { createOutput } from '../output.ts';

/** `breakwater check CONFIG`: validates it and prints the plan, without trading. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Validate a configuration and print the pre-flight plan without trading.')
    .argument('<config>', 'the configuration')
    .option('--json', 'print the plan as JSON')
    .action(check);
}

async function check(path: string, flags: { readonly json?: true }): Promise<void> {
  const output = createOutput(flags.json === true);
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
  const text = [
    table([
      [
        'strategy',
        'accounts',
        'orders at once',
        'largest order',
        'largest position',
        'credits a minute',
      ],
      ...plan.strategies.map((s) => [
        s.name,
        `${s.accounts}`,
        `${s.ordersAtOnce}`,
        `$${s.largestOrderUsd}`,
        `$${s.largestPositionUsd}`,
        `${s.creditsPerMinute}`,
      ]),
    ]),
    `${plan.accounts} accounts in ${plan.families} families, ${plan.creditsPerMinute} of ${plan.usableCreditsPerMinute} usable credits a minute in the busiest family`,
    `margin at most $${plan.marginUsd} of $${plan.equityUsd} equity; loss if every position moved 20 % against its account: $${plan.worstLossUsd}`,
    ...plan.conflicts.map((conflict) => `conflict: ${conflict}`),
    plan.ok ? 'ok: nothing stands in the way' : 'FAIL: the conflicts above must be mended first',
  ].join('\n');
  output.result(plan, text);
  process.exitCode = plan.ok ? EXIT.ok : EXIT.failed;
}
