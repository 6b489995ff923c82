// What goes wrong on purpose, from the command line and over the wire.
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { killLeftovers } from './support/child.ts';
import { temporaryFolder, write } from './support/files.ts';
import { cli, start } from './support/inProcess.ts';

jest.setTimeout(60_000);
const folder = temporaryFolder();
afterAll(() => killLeftovers());

describe('exchange --faults', () => {
  test('EX-250 sets a profile at the start; a POST on loopback replaces it', async () => {
    const profile = {
      seed: 3,
      faults: [{ kind: 'answer', status: 502, operation: '/info', next: 1 }],
    };
    const path = write(folder, 'faults.json', profile);
    const running = start('exchange', '--accounts', '2', '--faults', path);
    const { rest } = JSON.parse(await running.out.until(/.*\n/));
    const failed = await fetch(`${rest}/info`);
    expect([failed.status, await failed.text()]).toEqual([502, 'Bad Gateway']);
    expect((await fetch(`${rest}/info`)).status).toBe(200);

    const admin = new URL('/admin/faults', rest);
    expect(await (await fetch(admin)).json()).toEqual({
      seed: 3,
      faults: [{ ...profile.faults[0], isOn: true, hits: 1 }],
    });
    const body = JSON.stringify({ faults: [{ kind: 'cut-request', operation: '/info' }] });
    expect((await fetch(admin, { method: 'POST', body })).status).toBe(200);
    await expect(fetch(`${rest}/info`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${rest}/info/prices`)).status).toBe(200);
    expect((await fetch(admin, { method: 'POST' })).status).toBe(200);
    expect((await fetch(`${rest}/info`)).status).toBe(200);
    process.emit('SIGTERM', 'SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  test.each([
    ['nothing.json', undefined, 'cannot read the fault profile: there is no such file'],
    ['bad.json', '{"faults":7}', 'field "faults": expected a list, got 7'],
    [
      'bad.json',
      '{"faults":[{"kind":"drop","chanel":"book"}]}',
      'unknown field "faults.0.chanel"; remove it or correct its name',
    ],
  ])('EX-251 refuses %s with %s in one sentence and with exit code 2', async (name, text, why) => {
    const path = text === undefined ? `${folder}/${name}` : write(folder, name, text);
    const { code, err, out } = await cli('exchange', '--faults', path);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `breakwater: ${path}: ${why}\n` });
  });

  test('EX-251 a file without a name is a usage error', async () => {
    expect(await cli('exchange', '--faults=')).toMatchObject({
      code: 2,
      err: 'breakwater: option --faults: expected a path, got ""\n',
    });
  });
});
