import { formatMoney } from '../protocol/market.ts';
import type { DemoReport } from './demoFigures.ts';
import { table } from './table.ts';

const SIGNALS_SHOWN = 5;

/** The demo's report for people: one screen, verdict last. */
export function demoReportText(report: DemoReport): string {
  const { desk, exchange, log } = report;
  const money = (micro: number): string => `$${formatMoney(micro)}`;
  const ms = (us: number): string => (us / 1000).toFixed(2);
  const sections = [
    `Breakwater demo: ${desk.accounts} accounts, ${Math.round(report.ranMs / 1000)} s, tape at ${report.speed} x, seed ${report.seed}`,
    table([
      ['', 'parents', 'orders', 'what it was doing'],
      ...desk.strategies.map((s) => [s.name, `${s.parents}`, `${s.orders}`, s.doing]),
      ['closing at the end', '', `${desk.closingOrders}`, 'every position back to flat'],
    ]),
    table(signalRows(desk)),
    table([
      ['orders sent', `${desk.orders}`, 'fills', `${desk.fills}`],
      ['cancels', `${desk.cancels}`, 'rejects', `${desk.rejects}${byCode(desk.rejectReasons)}`],
      [
        'refusals',
        `${desk.refusals}${byCode(desk.refusalsByCode)}`,
        'deferrals',
        `${desk.deferrals}`,
      ],
      ['P&L after fees', money(report.pnlMicro), 'fees', money(desk.feesMicro)],
      [
        'turnover',
        money(desk.volumeMicro),
        'largest position left',
        money(desk.largestPositionMicro),
      ],
    ]),
    table([
      [
        'pairs',
        `${desk.pairs.pairs}`,
        'hedged',
        `${desk.pairs.hedged}`,
        'flat',
        `${desk.pairs.flat}`,
      ],
      [
        'denied',
        `${desk.pairs.denied}`,
        'chased',
        `${desk.pairs.chases}`,
        'unwound',
        `${desk.pairs.unwinds}`,
      ],
      [
        'over budget',
        `${desk.pairs.overBudget}`,
        'naked',
        `$${desk.pairs.nakedDollarSeconds.toFixed(0)} x s`,
        'worst use of a budget',
        `${(desk.pairs.worstBudgetShare * 100).toFixed(1)} %`,
      ],
      ['worst imbalance', `${report.worstImbalance}`, '', '', '', ''],
    ]),
    table([
      ['latency, ms', 'p50', 'p99', 'max'],
      [
        'decision to socket',
        ms(desk.toSocketUs.p50),
        ms(desk.toSocketUs.p99),
        ms(desk.toSocketUs.max),
      ],
      [
        'decision to answer, less taker delay',
        ms(desk.toAnswerUs.p50),
        ms(desk.toAnswerUs.p99),
        ms(desk.toAnswerUs.max),
      ],
    ]),
    `Credits: ${report.credits}`,
    `Exchange: ${exchange.orders} orders, ${exchange.selfMatches} self-trades, ${exchange.stpEvents} same-account preventions, ${exchange.tooManyRequests} answers with 429; settings that are not the reference's defaults: ${settings(report)}`,
    `Audit log: ${log.path}, ${log.records} records, ${log.verified ? 'verified' : `NOT VERIFIED (${log.problem})`}, ${log.missingOrders} of ${log.venueOrders} orders of the exchange missing in it`,
    ...report.checks.map(
      (check) => `${check.passed ? 'ok  ' : 'FAIL'} ${check.name}: ${check.found}`,
    ),
  ];
  return sections.join('\n\n').replace(/\n\n(ok {2}|FAIL)/g, '\n$1');
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

function byCode(codes: Readonly<Record<string, number>>): string {
  const parts = Object.entries(codes).map(([code, count]) => `${code} ${count}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function settings(report: DemoReport): string {
  const list = report.exchange.settings.map((s) => `${s.name} ${s.value} (default ${s.byDefault})`);
  return list.length === 0 ? 'none' : list.join(', ');
}
