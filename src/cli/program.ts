import { Command, CommanderError } from 'commander';
import { BreakwaterError } from '../std/errors.ts';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { exchangeCommand } from './commands/exchange.ts';
import { runCommand } from './commands/run.ts';
import { EXIT, exitCodeOf } from './exitCode.ts';
import { createOutput, type Output, outliveReaders, printError } from './output.ts';
import { usageSentence } from './usageSentence.ts';
import { version } from './version.ts';

const EXIT_CODES = `
Exit codes: 0 success, 1 a check failed, 2 wrong usage or configuration,
3 the exchange could not be reached.

Try: breakwater demo --for 60s`;

/** Runs one command line; sets the process's exit code as the contract says. */
export async function program(args: readonly string[]): Promise<void> {
  outliveReaders();
  // Wherever it stands: errors about the other words are printed in the same form.
  const output = createOutput(args.includes('--json'));
  try {
    await rootCommand(output).parseAsync(
      args.filter((arg) => arg !== '--json'),
      { from: 'user' },
    );
  } catch (thrown) {
    process.exitCode = answer(thrown, output);
  }
}

function rootCommand(output: Output): Command {
  const root = new Command('breakwater')
    .description(
      'A multi-account trading desk for Pacifica whose own accounts can never trade with each other.',
    )
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', EXIT_CODES);
  const commands = [demoCommand, exchangeCommand, runCommand, checkCommand, auditCommand];
  for (const command of commands) root.addCommand(command(output));
  prepare(root, output);
  return root;
}

/** Texts and errors are ours to print: commander only finds them. */
function prepare(command: Command, output: Output): void {
  command
    .option('--json', 'print one JSON document on stdout; news go to stderr in any case')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => {
        const version = command.version();
        output.result(text.trim() === version ? { version } : { help: text }, text);
      },
      writeErr: (text) => {
        if (!output.json) output.note(text);
      },
      outputError: () => undefined,
    })
    .exitOverride((thrown) => {
      if (thrown.exitCode === 0) throw thrown;
      throw new BreakwaterError('USAGE', usageSentence(thrown, command));
    });
  if (command.commands.length > 0) command.helpCommand('help [command]', 'print help on a command');
  for (const child of command.commands) prepare(child, output);
}

function answer(thrown: unknown, output: Output): number {
  // What it throws without a fault is the end of help and version.
  if (thrown instanceof CommanderError) return EXIT.ok;
  printError(thrown, output.json);
  return exitCodeOf(thrown);
}
