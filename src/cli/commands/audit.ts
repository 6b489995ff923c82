import { Command } from 'commander';
import { verifyLog } from '../../audit/verify.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { BreakwaterError, messageOf } from '../../std/errors.ts';
import { EXIT } from '../exitCode.ts';
import { createOutput } from '../output.ts';

/** `breakwater audit`: the audit log. */
export function auditCommand(): Command {
  const audit = new Command('audit').description('Work with an audit log.');
  audit
    .command('verify')
    .description('Verify the hash chain of a log; exit code 1 when it does not hold.')
    .argument('<log>', 'the log file')
    .option('--json', 'print the result as JSON')
    .action(verify);
  return audit;
}

async function verify(path: string, flags: { readonly json?: true }): Promise<void> {
  const output = createOutput(flags.json === true);
  const host = createNodeHost();
  let bytes: Uint8Array;
  try {
    bytes = await host.files.readBytes(path);
  } catch (error) {
    throw new BreakwaterError('USAGE', `${path}: cannot read the log (${messageOf(error)})`);
  }
  const report = verifyLog(bytes, host.crypto.sha256Hex);
  const sound = report.ok && report.complete;
  const bad = report.firstBad;
  const failure =
    bad === undefined
      ? 'every record is sound, but the last session has no orderly end'
      : `line ${bad.line}: ${bad.reason}`;
  const counts = Object.entries(report.byType).map(([type, count]) => `${type} ${count}`);
  const text = sound
    ? `${path}: verified, ${report.records} records, last hash ${report.lastHash}\n${counts.join(', ')}`
    : `${path}: NOT verified: ${failure}`;
  output.result({ path, verified: sound, ...report }, text);
  process.exitCode = sound ? EXIT.ok : EXIT.failed;
}
