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
  const shown: string[] = [];
  try {
    const root = rootCommand(output);
    prepare(root, output, shown);
    await root.parseAsync(
      args.filter((arg) => arg !== '--json'),
      { from: 'user' },
    );
  } catch (thrown) {
    // What commander throws without a fault is the end of help and version.
    if (thrown instanceof CommanderError) show(shown.join(''), output);
    else printError(thrown, output.json);
    process.exitCode = thrown instanceof CommanderError ? EXIT.ok : exitCodeOf(thrown);
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
  return root;
}

/** Texts and errors are ours to print: commander only finds them, help in more than one piece. */
function prepare(command: Command, output: Output, shown: string[]): void {
  command
    .option('--json', 'print one JSON document on stdout; news go to stderr in any case')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({
      writeOut: (text) => shown.push(text),
      writeErr: (text) => {
        if (!output.json) output.note(text.trimEnd());
      },
      outputError: () => undefined,
    })
    .exitOverride((thrown) => {
      if (thrown.exitCode === 0) throw thrown;
      throw new BreakwaterError('USAGE', usageSentence(thrown, command));
    });
  if (command.commands.length > 0) command.helpCommand('help [command]', 'print help on a command');
  for (const child of command.commands) prepare(child, output, shown);
}

function show(text: string, output: Output): void {
  const isVersion = text.trimEnd() === version();
  output.result(isVersion ? { version: version() } : { help: text }, text);
}
