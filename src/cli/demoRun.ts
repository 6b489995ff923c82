import type { RunningDesk, StopResult } from '../assembly/startDesk.ts';
import { type DeskSummary, summarize } from '../assembly/summary.ts';
import type { Output } from './output.ts';
import { reportProgress } from './progressLine.ts';

/** How a run of the demo went, for its report. */
export interface DemoRun extends StopResult {
  readonly startEquityMicro: number;
  readonly ranMs: number;
  /** While strategies traded, before anything was closed. */
  readonly trading: DeskSummary;
}

export interface DemoEnd {
  /** Resolves with who asked for the end. */
  readonly asked: Promise<string>;
  /** Time after which it ends by itself. */
  readonly afterMs: number | undefined;
  /** Rejects when the exchange has gone: nothing can be closed then. */
  readonly lost: Promise<never>;
}

/** Lets the desk trade until the end comes, then closes every position. */
export async function runDemoDesk(
  desk: RunningDesk,
  end: DemoEnd,
  output: Output,
): Promise<DemoRun> {
  const { asked, lost } = end;
  let timer: NodeJS.Timeout | undefined;
  let endProgress = (): void => undefined;
  try {
    const early = await Promise.race([desk.running.then(() => undefined), asked, lost]);
    const startedMs = performance.now();
    const equityMicro = (): number => summarize(desk.kernel).equityMicro;
    let startEquityMicro = equityMicro();
    if (early === undefined) {
      output.note('every account is known and reconciled: strategies trade now');
      endProgress = reportProgress(desk.kernel, output);
    }
    const over = new Promise<string>((resolve) => {
      if (end.afterMs !== undefined) timer = setTimeout(resolve, end.afterMs, 'the time is over');
    });
    const reason = early ?? (await Promise.race([asked, over, lost]));
    const ranMs = performance.now() - startedMs;
    const trading = summarize(desk.kernel);
    output.note(`stopping (${reason}): cancelling, closing, verifying`);
    desk.stop('close', reason);
    const { clean, sentence } = await Promise.race([desk.stopped, lost]);
    output.note(sentence);
    // Where nothing was traded, the accounts may only have become known on the way.
    if (early !== undefined) startEquityMicro = equityMicro();
    return { startEquityMicro, ranMs, clean, sentence, trading };
  } finally {
    clearTimeout(timer);
    endProgress();
  }
}
