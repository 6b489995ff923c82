// The doors of the house, in one table: which room may import which. A room absent here is a violation.

export type Room = {
  /** Other rooms that this one may import; its own files it may always import. */
  readonly rooms: readonly string[];
  /** npm packages that it may import. */
  readonly packages?: readonly string[];
  /** Node modules that it may import: all of them, or the ones named. */
  readonly node?: 'all' | readonly string[];
  /** No clock, dice, timers, promises or process: what comes out follows from what went in. */
  readonly pure?: boolean;
};

const pure = (rooms: readonly string[], packages: readonly string[] = []): Room => ({
  rooms,
  packages,
  pure: true,
});

const LANGUAGE = ['std', 'protocol'];
const GATE = [...LANGUAGE, 'ledger'];
const ACCOUNTS = [...GATE, 'gate'];
// Orders read what strategies ask for: the intents are strategy's words.
const ORDERS = [...ACCOUNTS, 'accounts', 'book', 'config', 'strategy'];
const RISK = [...ORDERS, 'orders'];
const DESK = [...RISK, 'risk', 'matching', 'surveillance'];
const ADAPTER = [...LANGUAGE, 'gate', 'desk'];
const ADAPTERS = ['venue', 'vault', 'audit', 'telemetry', 'host'];
const DRIVER = [...DESK, 'desk', ...ADAPTERS];
const SIMULATION = [...DRIVER, 'assembly', 'exchange', 'tape', 'report'];
const APP = [...SIMULATION, 'simulation', 'backtest', 'watchdog'];

export const ROOMS: Readonly<Record<string, Room>> = {
  std: pure([]),
  protocol: pure(['std'], ['zod']),
  matching: pure(['std']),
  book: pure(LANGUAGE),
  ledger: pure(LANGUAGE),
  config: pure(LANGUAGE, ['zod']),
  strategy: pure([...LANGUAGE, 'book', 'ledger', 'config']),
  gate: pure(GATE),
  accounts: pure(ACCOUNTS),
  orders: pure(ORDERS),
  risk: pure(RISK),
  surveillance: pure(LANGUAGE),
  desk: pure(DESK),

  tape: { rooms: LANGUAGE },
  report: { rooms: LANGUAGE },

  // The exchange shares only the language with the desk, so that it stays an honest witness.
  exchange: { rooms: [...LANGUAGE, 'ledger', 'matching', 'tape'], pure: true },

  venue: { rooms: ADAPTER },
  vault: { rooms: ADAPTER, node: ['node:crypto'] },
  audit: { rooms: ADAPTER, node: ['node:crypto'] },
  telemetry: { rooms: ADAPTER },
  host: { rooms: ['std'], packages: ['ws', 'undici', 'sodium-native'], node: 'all' },

  // Where a kernel and its adapters are put together on a host, real or virtual.
  assembly: { rooms: [...DRIVER, 'exchange', 'tape', 'report'], packages: ['zod'] },
  watchdog: { rooms: DRIVER },
  backtest: { rooms: [...DRIVER, 'exchange', 'tape', 'report'] },
  simulation: { rooms: [...SIMULATION, 'backtest', 'watchdog'] },

  server: { rooms: APP },
  cli: { rooms: [...APP, 'server'], packages: ['commander', 'zod'], node: 'all' },
};

/** Parts of a pure room that touch the outside through the interfaces of std. */
export const RIMS: readonly string[] = ['src/exchange/gateway/', 'src/exchange/gateway.ts'];

/** The one pure file that may name Promise: the interfaces that a host implements. */
export const HOST_INTERFACES: readonly string[] = ['src/std/host.ts'];

/** Rooms that see no more of another than some of its files, or its types. */
export const NARROW_DOORS: readonly {
  readonly from: readonly string[];
  readonly to: string;
  /** Files of the other room that may be imported, as the starts of their paths. */
  readonly files?: readonly string[];
  readonly typesOnly?: boolean;
}[] = [
  { from: ['venue', 'vault', 'audit', 'telemetry'], to: 'gate', typesOnly: true },
  {
    from: ['venue', 'vault', 'audit', 'telemetry'],
    to: 'desk',
    files: ['src/desk/ports/', 'src/desk/ports.ts'],
  },
];

/** Folders that must not reach these rooms by any path of imports. */
export const UNREACHABLE: readonly { readonly from: string; readonly rooms: readonly string[] }[] =
  [{ from: 'src/exchange/crowd/', rooms: ['venue', 'vault'] }];
