import { Command } from 'commander';
import { type LogReport, verifyLog } from '../../audit/verify.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { EXIT } from '../exitCode.ts';
import { orUnreadable } from '../files.ts';
import type { Output } from '../output.ts';

/** `breakwater audit`: the audit log. */
export function auditCommand(output: Output): Command {
  const audit = new Command('audit')
    .summary('verify an audit log')
    .description('Work with an audit log.');
  audit
    .command('verify')
    .summary('verify the hash chain of a log')
    .description('Verify the hash chain of a log; exit code 1 when it does not hold.')
    .argument('<log>', 'the log file')
    .action((path: string) => verify(path, output));
  return audit;
}

async function verify(path: string, output: Output): Promise<void> {
  const host = createNodeHost();
  const bytes = await orUnreadable(() => host.files.readBytes(path), path, 'log', 'USAGE');
  const report = verifyLog(bytes, host.crypto.sha256Hex);
  const verified = report.ok && report.complete;
  output.result({ path, verified, ...report }, `${path}: ${verdict(report)}`);
  process.exitCode = verified ? EXIT.ok : EXIT.failed;
}

function verdict({ firstBad, complete, records, lastHash, sessions, byType }: LogReport): string {
  if (firstBad !== undefined) return `NOT verified: ${firstBad.reason}`;
  if (!complete) {
    return 'NOT verified: every record is sound, but the last session has no orderly end: its desk still runs, or was cut off';
  }
  const counts = Object.entries(byType).map(([type, count]) => `${type} ${count}`);
  const times = sessions === 1 ? '1 session' : `${sessions} sessions`;
  return `verified, ${records} records of ${times}, last hash ${lastHash}\n${counts.join(', ')}`;
}
