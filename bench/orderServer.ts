// The exchange of the throughput benchmark: many families at the highest fee level, so that the
// documented credits allow more orders than it can take. Each line on standard input is answered
// with the processor time that it has used, in microseconds.
import { createInterface } from 'node:readline';
import { startExchange } from '../src/assembly/startExchange.ts';
import { shippedTape } from '../src/cli/files.ts';
import { createNodeHost } from '../src/host/nodeHost.ts';

const server = await startExchange(createNodeHost(), {
  port: 0,
  tapeFolder: shippedTape(),
  speed: 1,
  seed: 1,
  accounts: 200,
  owner: 'family',
  feeLevel: 7,
});
process.stdout.write(`${JSON.stringify(server.startup())}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const { system, user } = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
}
await server.close();
