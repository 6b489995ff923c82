// The exchange of the capacity benchmark: the highest fee level, so that credits do not bind.
import { startExchange } from '../src/assembly/startExchange.ts';
import { shippedTape } from '../src/cli/files.ts';
import { createNodeHost } from '../src/host/nodeHost.ts';

const server = await startExchange(createNodeHost(), {
  port: 0,
  tapeFolder: shippedTape(),
  speed: 30,
  seed: 1,
  accounts: 20,
  owner: 'single',
  feeLevel: 7,
});
process.stdout.write(`${JSON.stringify(server.startup())}\n`);
await new Promise((resolve) => {
  process.stdin.resume().once('end', resolve);
});
await server.close();
