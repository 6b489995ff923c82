// npm run bench: what desk and exchange cost on this machine. Every figure is measured in this run.
// npm run bench -- matching gate: only those.
import { createNodeHost } from '../src/host/nodeHost.ts';
import { table } from '../src/report/table.ts';
import { benchAudit } from './audit.ts';
import { benchFamilyCapacity, benchFreeCapacity } from './capacity.ts';
import { benchExchange } from './exchange.ts';
import { benchGate, type CallFigures } from './gate.ts';
import { benchMatching, type EngineFigures } from './matching.ts';
import { benchOrderPath } from './orderPath.ts';
import { benchSimulation } from './simulation.ts';

const host = createNodeHost();
const json = process.argv.includes('--json');
const figures: Record<string, unknown> = { node: process.version };
const names = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);

function show(name: string, value: unknown, rows: readonly (readonly string[])[]): void {
  figures[name] = value;
  if (!json) process.stdout.write(`${table(rows)}\n\n`);
}

const us = (value: number): string => `${value.toFixed(2)} us`;
const ms = (value: number): string => `${value.toFixed(2)} ms`;
const perSecond = ({ best, median, worst }: EngineFigures): string[] =>
  [median, worst, best].map((each) => each.toLocaleString('en-US'));
const decision = (call: CallFigures): string[] => [us(call.p50Us), us(call.p99Us)];

if (isWanted('orderPath')) {
  const path = await benchOrderPath(host);
  show('orderPath', path, [
    ['gate + audit append + canonical bytes + signature + body', us(path.wholeUs)],
    ['a bare signature of the same message', us(path.signatureUs)],
    ['ratio (medians, in turns)', path.ratio.toFixed(2)],
  ]);
}

if (isWanted('gate')) {
  const gate = await benchGate();
  show('gate', gate, [
    ['one decision of the gate', 'p50', 'p99'],
    ['20 accounts, 400 orders', ...decision(gate.small.decision)],
    ['1,000 accounts, 100,000 orders', ...decision(gate.large.decision)],
    ['how many times as long', gate.ratio.p50.toFixed(2), gate.ratio.p99.toFixed(2)],
  ]);
}

if (isWanted('matching')) {
  const matching = benchMatching();
  show('matching', matching, [
    [
      'mixed operations a second of one core (45 % add, 45 % cancel, 10 % take)',
      'median',
      'worst',
      'best',
    ],
    ['the matching engine', ...perSecond(matching.ours)],
    ['nodejs-order-book, in turns', ...perSecond(matching.library)],
    ['ratio / same book', matching.ratio.toFixed(1), String(matching.sameBook)],
  ]);
}

if (isWanted('audit')) {
  const audit = await benchAudit(host);
  show('audit', audit, [
    ['audit append', us(audit.appendUs)],
    ['durable records a second', String(audit.durablePerSecond)],
    [
      'wait for the disk, p50 / p99',
      `${ms(audit.waitUs.p50 / 1000)} / ${ms(audit.waitUs.p99 / 1000)}`,
    ],
    ['verified records a second', String(audit.verifiedPerSecond)],
  ]);
}

if (isWanted('familyCapacity')) {
  const family = await benchFamilyCapacity(host);
  show('familyCapacity', family, [
    ["twenty accounts within one family's credits, one virtual hour", ''],
    ['orders an hour', String(family.ordersPerHour)],
    ['credits a minute, at most, of 300', String(family.peakCreditsPerMinute)],
    ['answers with 429 / self-trades', `${family.tooManyRequests} / ${family.selfMatches}`],
  ]);
}

if (isWanted('freeCapacity')) {
  const free = await benchFreeCapacity(host, 15);
  show('freeCapacity', free, [
    ['twenty accounts without a binding credit limit, real sockets, two processes', ''],
    ['orders a second', String(free.ordersPerSecond)],
    ['cancels a second', String(free.cancelsPerSecond)],
    ['decision to socket, p50 / p99', `${ms(free.toSocketMs.p50)} / ${ms(free.toSocketMs.p99)}`],
    [
      'decision to answer less taker delay, p50 / p99',
      `${ms(free.toAnswerMs.p50)} / ${ms(free.toAnswerMs.p99)}`,
    ],
    ['answers with 429 / self-trades', `${free.tooManyRequests} / ${free.selfMatches}`],
  ]);
}

if (isWanted('exchange')) {
  const exchange = await benchExchange(host, 8);
  show('exchange', exchange, [
    ['signed orders over WebSockets, every signature verified, two processes', ''],
    ['orders a second', String(exchange.ordersPerSecond)],
    ['processor time of the server for one', us(exchange.serverUsPerOrder)],
    ['refused', String(exchange.refused)],
    ['reads a second over REST', String(exchange.readsPerSecond)],
    ['settings that are not the default', String(exchange.settings.length)],
  ]);
}

if (isWanted('simulation')) {
  const simulation = await benchSimulation(host, 60);
  show('simulation', simulation, [
    ['one simulated hour of the twenty demo accounts', `${simulation.seconds.toFixed(1)} s`],
    ['events a second', String(Math.round(simulation.eventsPerSecond))],
    ['orders / fills', `${simulation.orders} / ${simulation.fills}`],
  ]);
}

if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
