import { Command, CommanderError } from 'commander';
import { BreakwaterError } from '../std/errors.ts';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { exchangeCommand } from './commands/exchange.ts';
import { runCommand } from './commands/run.ts';
import { EXIT, exitCodeOf } from './exitCode.ts';
import { printError } from './output.ts';
import { version } from './version.ts';

/** Runs one command line; sets the process's exit code as the contract says. */
export async function program(args: readonly string[]): Promise<void> {
  const root = new Command('breakwater')
    .description(
      'A multi-account trading desk for Pacifica whose own accounts can never trade with each other.',
    )
    .version(version());
  for (const command of [
    demoCommand(),
    exchangeCommand(),
    runCommand(),
    checkCommand(),
    auditCommand(),
  ]) {
    root.addCommand(command);
  }
  prepare(root);
  const json = args.includes('--json');
  try {
    await root.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    process.exitCode = report(thrown, json);
  }
}

/** Errors are ours to print: commander only throws. */
function prepare(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  command.showHelpAfterError(false);
  for (const child of command.commands) prepare(child);
}

function report(thrown: unknown, json: boolean): number {
  if (!(thrown instanceof CommanderError)) {
    printError(thrown, json);
    return exitCodeOf(thrown);
  }
  const help = thrown.code === 'commander.help' || thrown.code === 'commander.helpDisplayed';
  if (help || thrown.code === 'commander.version')
    return thrown.code === 'commander.help' ? EXIT.usage : EXIT.ok;
  const sentence = thrown.message.replace(/^error: /, '');
  printError(new BreakwaterError('USAGE', `${sentence}; see breakwater --help`), json);
  return EXIT.usage;
}
