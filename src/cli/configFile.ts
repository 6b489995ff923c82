import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ExchangeFile, parseExchangeFile } from '../assembly/exchangeFile.ts';
import type { DeskConfig } from '../config/deskConfig.ts';
import { parseConfig } from '../config/parseConfig.ts';
import { BreakwaterError } from '../std/errors.ts';
import { readUserFile } from './files.ts';

/** A configuration file with what it refers to. Paths inside it are relative to it. */
export interface LoadedConfig {
  readonly path: string;
  readonly text: string;
  readonly config: DeskConfig;
  readonly logPath: string;
  readonly exchange: ExchangeFile;
}

/** Reads a configuration for the simulated venue and the exchange file that it names. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const text = await readUserFile(path, 'configuration');
  const config = parseConfig(text, path);
  const { kind, exchangeFile } = config.venue;
  if (kind !== 'simulated') {
    throw new BreakwaterError(
      'CONFIG_INVALID',
      `${path}: field "venue.kind": this version trades on "simulated" only, got "${kind}"; the real exchange has never been tried`,
    );
  }
  if (exchangeFile === undefined) {
    throw new BreakwaterError(
      'CONFIG_INVALID',
      `${path}: field "venue.exchangeFile": expected the file with the line that \`breakwater exchange\` printed, got nothing`,
    );
  }
  const folder = dirname(resolve(path));
  const logPath = resolve(folder, config.log);
  await checkLogPath(logPath, path, config.log);
  const file = resolve(folder, exchangeFile);
  const exchange = parseExchangeFile(await readUserFile(file, 'exchange file'), file);
  const { rest = exchange.rest, ws = exchange.ws } = config.venue;
  return {
    path,
    text,
    config,
    logPath,
    exchange: { ...exchange, rest, ws },
  };
}

async function checkLogPath(logPath: string, where: string, got: string): Promise<void> {
  if ((await isFolder(dirname(logPath))) && !(await isFolder(logPath))) return;
  throw new BreakwaterError(
    'CONFIG_INVALID',
    `${where}: field "log": expected a file in a folder that exists, got ${JSON.stringify(got)}`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
