import { Command } from 'commander';
import { startExchange } from '../../assembly/startExchange.ts';
import { type FaultProfile, NO_FAULTS } from '../../exchange/gateway/faults/fault.ts';
import { parseFaults } from '../../exchange/gateway/faults/parseFaults.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { readUserFile, shippedTape } from '../files.ts';
import { decimalNumber, path, valueOption, wholeNumber } from '../options.ts';
import { rehearse } from '../rehearse.ts';
import { hearInputEnd, hearStop } from '../signals.ts';

interface ExchangeFlags {
  readonly port: number;
  readonly tape: string;
  readonly speed: number;
  readonly seed: number;
  readonly accounts: number;
  readonly oneOwner?: true;
  readonly attached?: true;
  readonly faults?: string;
}

const PORT = wholeNumber(0, 65_535);
const SPEED = decimalNumber(0.01, 600);
const SEED = wholeNumber(0, 4_294_967_295);

const READY = `
When it is ready it prints one line of JSON: its URLs and the throw-away keys of
its accounts. \`breakwater run\` takes that as venue.exchangeFile. It runs until
Ctrl-C or SIGTERM.

Try: breakwater exchange --speed 30 > exchange.json`;

/** `breakwater exchange`: the simulated exchange alone. */
export function exchangeCommand(): Command {
  return new Command('exchange')
    .summary('run the simulated exchange alone')
    .description('Run the simulated exchange alone, for any Pacifica client.')
    .addOption(valueOption('--port <port>', 'port on 127.0.0.1; 0 picks a free one', PORT, 0))
    .addOption(
      valueOption('--tape <folder>', 'recorded minutes, one file per market', path).default(
        shippedTape(),
        'the tape that ships with it',
      ),
    )
    .addOption(valueOption('--speed <factor>', 'tape seconds in a second', SPEED, 1))
    .addOption(valueOption('--seed <number>', 'seed of keys and background traders', SEED, 1))
    .addOption(
      valueOption(
        '--accounts <count>',
        'funded accounts, in families of ten',
        wholeNumber(1, 1000),
        20,
      ),
    )
    .option('--one-owner', 'all accounts belong to one owner, not one owner per family')
    .addOption(valueOption('--faults <file>', 'what goes wrong on purpose, as JSON', path))
    .option('--attached', 'end when standard input ends, and leave signals to the parent')
    .addHelpText('after', READY)
    .action(runExchange);
}

async function readFaults(file: string | undefined): Promise<FaultProfile> {
  return file === undefined
    ? NO_FAULTS
    : parseFaults(await readUserFile(file, 'fault profile'), file);
}

async function runExchange(flags: ExchangeFlags): Promise<void> {
  const attached = flags.attached === true;
  // From the first moment on: whatever comes while it starts counts as well.
  const stop = attached ? hearInputEnd() : hearStop();
  try {
    const host = createNodeHost();
    const faults = await readFaults(flags.faults);
    if (attached) await rehearse(host.files);
    const server = await startExchange(host, {
      port: flags.port,
      tapeFolder: flags.tape,
      speed: flags.speed,
      // At its own pace the tape keeps time with the wall, as clients expect of candles.
      datedNow: flags.speed === 1,
      seed: flags.seed,
      accounts: flags.accounts,
      owner: flags.oneOwner === true ? 'single' : 'family',
      faults,
    });
    process.stdout.write(`${JSON.stringify({ ...server.startup(), pid: process.pid })}\n`);
    await stop.asked;
    await server.close();
  } finally {
    stop.off();
  }
}
