import type { DemoReport } from './demoFigures.ts';
import { dollars } from './dollars.ts';
import { table } from './table.ts';

const SIGNALS_SHOWN = 5;

/** The demo's report for people: at most 100 columns, verdict last. */
export function demoReportText(report: DemoReport): string {
  return [
    heading(report),
    strategies(report.desk),
    table(signalRows(report.desk)),
    traffic(report),
    pairs(report),
    latency(report.desk),
    witnesses(report),
    verdict(report),
  ].join('\n\n');
}

function heading({ desk, ranMs, speed, seed }: DemoReport): string {
  const seconds = Math.round(ranMs / 1000);
  return `Breakwater demo: ${desk.accounts} accounts, ${seconds} s, tape at ${speed} x, seed ${seed}`;
}

function strategies(desk: DemoReport['desk']): string {
  return table([
    ['', 'parents', 'orders', 'what it was doing'],
    ...desk.strategies.map((s) => [s.name, `${s.parents}`, `${s.orders}`, s.doing]),
    ['closing at the end', '', `${desk.closingOrders}`, 'every position back to flat'],
  ]);
}

function traffic({ desk, pnlMicro }: DemoReport): string {
  const counts = table([
    ['orders sent', `${desk.orders}`, 'fills', `${desk.fills}`, 'cancels', `${desk.cancels}`],
    [
      'rejects',
      `${desk.rejects}`,
      'refusals',
      `${desk.refusals}`,
      'deferrals',
      `${desk.deferrals}`,
    ],
    [
      'P&L after fees',
      dollars(pnlMicro),
      'fees',
      dollars(desk.feesMicro),
      'turnover',
      dollars(desk.volumeMicro),
    ],
  ]);
  return [
    counts,
    ...byCode('rejected by the exchange', desk.rejectReasons),
    ...byCode('refused by the gate or for credits', desk.refusalsByCode),
  ].join('\n');
}

function pairs({ desk, worstImbalance }: DemoReport): string {
  const { pairs: p } = desk;
  const counts = table([
    ['pairs', `${p.pairs}`, 'hedged', `${p.hedged}`, 'flat', `${p.flat}`],
    ['denied', `${p.denied}`, 'chased', `${p.chases}`, 'unwound', `${p.unwinds}`],
    [
      'over budget',
      `${p.overBudget}`,
      'naked $ x s',
      p.nakedDollarSeconds.toFixed(0),
      'worst use of a budget',
      `${(p.worstBudgetShare * 100).toFixed(1)} %`,
    ],
  ]);
  return `${counts}\nworst imbalance of the legs: ${worstImbalance}`;
}

function latency({ toSocketUs, toAnswerUs }: DemoReport['desk']): string {
  const row = (name: string, { p50, p99, max }: typeof toSocketUs): string[] => [
    name,
    ...[p50, p99, max].map((us) => (us / 1000).toFixed(2)),
  ];
  return table([
    ['latency, ms', 'p50', 'p99', 'max'],
    row('decision to socket', toSocketUs),
    row('decision to answer, less taker delay', toAnswerUs),
  ]);
}

function witnesses({ credits, exchange, log }: DemoReport): string {
  const changed = exchange.settings.map((s) => `${s.name} ${s.value} (default ${s.byDefault})`);
  const verified = log.verified ? 'verified' : `NOT VERIFIED (${log.problem})`;
  return [
    ...credits.split('; ').map((line) => `credits: ${line}`),
    `exchange: ${exchange.orders} orders, ${exchange.selfMatches} self-trades, ${exchange.stpEvents} same-account preventions, ${exchange.tooManyRequests} answers with 429`,
    `exchange settings that are not the reference's defaults: ${changed.length === 0 ? 'none' : ''}`,
    ...changed.map((setting) => `  ${setting}`),
    `audit log: ${log.path}`,
    `  ${log.records} records, ${verified}; ${log.missingOrders} of the exchange's ${log.venueOrders} orders missing`,
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

function verdict({ checks, ok }: DemoReport): string {
  const failed = checks.filter((check) => !check.passed).length;
  return [
    ...checks.map(({ passed, name, found }) => `${passed ? 'ok  ' : 'FAIL'} ${name}: ${found}`),
    ok ? 'Passed: every check above.' : `FAILED: ${failed} of ${checks.length} checks above.`,
  ].join('\n');
}

/** The signals that led to most orders of each strategy; all of them are in the JSON. */
function signalRows(desk: DemoReport['desk']): string[][] {
  const rows = desk.strategies.flatMap(({ name }) => {
    const lines = desk.signals.filter((line) => line.strategy === name);
    const shown = lines.toSorted((a, b) => b.orders - a.orders).slice(0, SIGNALS_SHOWN);
    const rest = lines.length - shown.length;
    return [
      ...shown.map((line) => [name, `${line.orders}`, line.signal]),
      ...(rest > 0 ? [[name, '', `and ${rest} more signals (all with --json)`]] : []),
    ];
  });
  return [['signal of', 'orders', ''], ...rows];
}

function byCode(what: string, codes: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
  return parts.length === 0 ? [] : [`${what}: ${parts.join(', ')}`];
}
