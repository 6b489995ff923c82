// One suite, on two stages: an exchange on this machine's clock and sockets, and one in a virtual
// world. The visitor signs and reads with code of its own.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { accountSuite } from './suites/accounts.ts';
import { channelSuite } from './suites/channels.ts';
import { keySuite } from './suites/keys.ts';
import { marketSuite } from './suites/markets.ts';
import { orderSuite } from './suites/orders.ts';
import { refusalSuite } from './suites/refusals.ts';
import { socketSuite } from './suites/sockets.ts';
import { stopSuite } from './suites/stops.ts';
import {
  CHANNELS,
  COMPOUND_OPERATIONS,
  OPERATIONS,
  READS,
  SOCKET_OPERATIONS,
} from './support/documented.ts';
import { realStage, virtualStage } from './support/stage.ts';
import { Visit } from './support/visit.ts';

jest.setTimeout(60_000);

describe.each([
  ['on this machine', realStage],
  ['in a virtual world', virtualStage],
])('EX-302 EX-303 %s', (_, stage) => {
  let visit: Visit;
  const here = (): Visit => visit;

  beforeAll(async () => {
    visit = await Visit.begin(stage());
  });
  afterAll(() => visit.end());

  marketSuite(here);
  orderSuite(here);
  stopSuite(here);
  accountSuite(here);
  keySuite(here);
  channelSuite(here);
  socketSuite(here);
  refusalSuite(here);

  // The last one: it counts what the others were answered.
  test('everything documented was met over a socket', () => {
    const documented = [
      ...READS,
      ...Object.keys(OPERATIONS),
      ...COMPOUND_OPERATIONS,
      ...SOCKET_OPERATIONS.map((key) => `socket ${key}`),
      ...CHANNELS.map((name) => `channel ${name}`),
    ];
    expect(documented.filter((name) => !visit.met.has(name))).toEqual([]);
  });
});
