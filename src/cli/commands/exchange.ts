import { Command } from 'commander';
import { startExchange } from '../../assembly/startExchange.ts';
import { createNodeHost } from '../../host/nodeHost.ts';
import { shippedTape } from '../files.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { rehearse } from '../rehearse.ts';
import { onStopSignal } from '../signals.ts';

interface ExchangeFlags {
  readonly port: number;
  readonly tape: string;
  readonly speed: number;
  readonly seed: number;
  readonly accounts: number;
  readonly oneOwner?: true;
  readonly attached?: true;
}

/** `breakwater exchange`: the simulated exchange alone. */
export function exchangeCommand(): Command {
  return new Command('exchange')
    .description('Run the simulated exchange alone, for any Pacifica client.')
    .option('--port <port>', 'port on 127.0.0.1; 0 picks a free one', wholeNumber(0, 65_535), 0)
    .option('--tape <folder>', 'recorded minutes, one file per market', shippedTape())
    .option('--speed <factor>', 'tape seconds in a second', positiveNumber(600), 1)
    .option(
      '--seed <number>',
      'seed of keys and background traders',
      wholeNumber(0, 4_294_967_295),
      1,
    )
    .option('--accounts <count>', 'funded accounts, in families of ten', wholeNumber(1, 1000), 20)
    .option('--one-owner', 'all accounts belong to one owner, not one owner per family')
    .option('--attached', 'end when standard input ends, and leave signals to the parent')
    .option('--json', 'the ready line is JSON in any case')
    .action(runExchange);
}

async function runExchange(flags: ExchangeFlags): Promise<void> {
  const host = createNodeHost();
  if (flags.attached === true) await rehearse(host.files);
  const server = await startExchange(host, {
    port: flags.port,
    tapeFolder: flags.tape,
    speed: flags.speed,
    seed: flags.seed,
    accounts: flags.accounts,
    owner: flags.oneOwner === true ? 'single' : 'family',
  });
  process.stdout.write(`${JSON.stringify({ ...server.startup(), pid: process.pid })}\n`);
  await ended(flags.attached === true);
  await server.close();
}

function ended(attached: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (attached) {
      // The parent ends its orders first: its Ctrl-C must not take the exchange away from it.
      onStopSignal(() => undefined);
      process.stdin
        .resume()
        .once('end', resolve)
        .once('error', () => resolve());
    } else {
      onStopSignal(() => resolve());
    }
  });
}
