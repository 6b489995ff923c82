import type { DeskSummary } from '../assembly/summary.ts';
import { OrderEvents } from '../audit/orderEvents.ts';
import { verifyLog } from '../audit/verify.ts';
import type { Check, DemoReport, ExchangeFigures, LogFigures } from '../report/demoFigures.ts';
import { dollars } from '../report/dollars.ts';
import type { Host } from '../std/host.ts';
import type { DemoRun } from './demoRun.ts';
import type { ExchangeTruth, VenueOrder } from './exchangeTruth.ts';

export interface DemoFacts {
  readonly flags: { readonly seed: number; readonly speed: number };
  readonly truth: ExchangeTruth;
  readonly logPath: string;
  readonly summary: DeskSummary;
  readonly ran: DemoRun;
}

const FLAT_MICRO = 10_000_000;
const ONE_PERCENT_BPS = 100;
/** One lot of the coarser market is worth less than this at any price on the tape. */
const LOT_MICRO = 2_000_000;

/** Verifies the log, holds it against the exchange's own count and weighs the demo's conditions. */
export async function buildDemoReport(host: Host, facts: DemoFacts): Promise<DemoReport> {
  const { summary, ran } = facts;
  const { truth, orders } = facts.truth;
  const log = await logFigures(host, facts.logPath, orders);
  const worst = worstImbalance(ran.trading);
  const checks = conditions(summary, ran, truth, log, worst);
  return {
    ok: checks.every((check) => check.passed),
    seed: facts.flags.seed,
    speed: facts.flags.speed,
    ranMs: Math.round(ran.ranMs),
    pnlMicro: summary.equityMicro - ran.startEquityMicro,
    worstImbalance: worst.found,
    credits: creditsLine(summary),
    desk: summary,
    exchange: truth,
    log,
    checks,
  };
}

function creditsLine(summary: DeskSummary): string {
  const credits = (tenths: number): string => (tenths / 10).toFixed(1);
  return summary.credits
    .map(
      (family, i) =>
        `family ${i + 1} spent ${credits(family.totalTenths)}, at most ${credits(family.peakMinuteTenths)} of 300 in 60 s`,
    )
    .join('; ');
}

async function logFigures(
  host: Host,
  path: string,
  orders: readonly VenueOrder[],
): Promise<LogFigures> {
  const events = new OrderEvents();
  const report = verifyLog(await host.files.readBytes(path), host.crypto.sha256Hex, events.visit);
  const verified = report.ok && report.complete;
  return {
    path,
    records: report.records,
    verified,
    problem: verified ? null : (report.firstBad?.reason ?? 'the log has no orderly end'),
    venueOrders: orders.length,
    missingOrders: orders.filter((order) => !isToldIn(events, order)).length,
  };
}

/** The log decided on the order first, and tells its end as the exchange does. */
function isToldIn(events: OrderEvents, order: VenueOrder): boolean {
  const told = events.byOrder.get(order.clientOrderId) ?? [];
  const decided = told.findIndex((event) => event.type === 'decision');
  const ended = told.findIndex((event) => event.type === 'order' && event.status === order.status);
  return decided >= 0 && ended > decided;
}

function worstImbalance(trading: DeskSummary): { passed: boolean; found: string } {
  const held = trading.pairBalances.filter((balance) => balance.heldMs > 0);
  const bad = held.filter(
    (balance) => balance.meanBps > ONE_PERCENT_BPS && balance.meanNetMicro > LOT_MICRO,
  );
  const worst = held.reduce((most, balance) => Math.max(most, balance.meanBps), 0);
  const found = `${(worst / 100).toFixed(2)} % of gross, time-weighted, in ${held.length} accounts with pairs`;
  return { passed: bad.length === 0, found };
}

function conditions(
  summary: DeskSummary,
  ran: DemoRun,
  truth: ExchangeFigures,
  log: LogFigures,
  imbalance: { passed: boolean; found: string },
): Check[] {
  const { pairs } = summary;
  return [
    {
      name: 'no self-trade, by the exchange',
      passed: truth.selfMatches === 0,
      found: `${truth.selfMatches}`,
    },
    { name: 'no 429', passed: truth.tooManyRequests === 0, found: `${truth.tooManyRequests}` },
    {
      name: 'every order answers a signal',
      passed: summary.unexplainedOrders === 0,
      found: `${summary.unexplainedOrders} without one`,
    },
    { name: 'legs equal within 1 % or a lot', ...imbalance },
    {
      name: 'pairs hedged or flat within budget',
      passed: pairs.overBudget === 0,
      found: `${pairs.hedged} hedged, ${pairs.flat} flat, ${pairs.overBudget} over budget`,
    },
    {
      name: 'flat at the end',
      passed: ran.clean && summary.largestPositionMicro < FLAT_MICRO,
      found: `largest position ${dollars(summary.largestPositionMicro)}; ${ran.sentence}`,
    },
    {
      name: 'audit log',
      passed: log.verified && log.missingOrders === 0,
      found: `${log.records} records, ${log.problem ?? 'verified'}, ${log.missingOrders} of ${log.venueOrders} orders missing`,
    },
  ];
}
