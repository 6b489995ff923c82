// A program in another language, which shares nothing with this repository, trades on the exchange
// that people start from the command line.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Child, killLeftovers, MAIN } from '../cli/support/child.ts';
import { temporaryFolder } from '../cli/support/files.ts';

jest.setTimeout(60_000);

const SCRIPT = fileURLToPath(new URL('trade_an_order.py', import.meta.url));
const folder = temporaryFolder();

afterEach(() => killLeftovers());

test('EX-2 EX-302 a script in Python places, reads, cancels and takes', async () => {
  const exchange = new Child(folder, MAIN, 'exchange');
  const line = await exchange.out.until(/^(\{.*\})$/m);
  const start = join(folder, 'exchange.json');
  await writeFile(start, line);
  const { stdout } = await promisify(execFile)('python3', [SCRIPT, start]);
  const { cancelled, left, open, order, placed, positions, refused, taken } = JSON.parse(stdout);
  const id = placed[1].data.order_id;
  expect(placed).toEqual([
    200,
    { success: true, data: { order_id: expect.any(Number) }, error: null, code: null },
  ]);
  expect(open).toMatchObject([
    {
      order_id: id,
      client_order_id: order.client_order_id,
      price: order.price,
      initial_amount: '0.001',
      filled_amount: '0',
    },
  ]);
  expect(cancelled).toEqual([200, { success: true, data: null, error: null, code: null }]);
  expect(left).toEqual([]);
  expect(taken[0]).toBe(200);
  expect(positions).toMatchObject([{ symbol: 'BTC', side: 'bid', amount: '0.001' }]);
  expect(refused).toEqual([400, 'Verification failed']);
  exchange.signal('SIGTERM');
  expect((await exchange.ended).code).toBe(0);
});
