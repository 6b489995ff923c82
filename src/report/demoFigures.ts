/** One condition of the demo's success, with what was found. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly found: string;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the report shows of the desk: micro-dollars, microseconds, counts. */
export interface DeskFigures {
  readonly accounts: number;
  readonly orders: number;
  readonly cancels: number;
  readonly fills: number;
  readonly rejects: number;
  readonly rejectReasons: Readonly<Record<string, number>>;
  readonly refusals: number;
  readonly refusalsByCode: Readonly<Record<string, number>>;
  readonly deferrals: number;
  readonly feesMicro: number;
  readonly volumeMicro: number;
  /** Largest position left, over all accounts and markets. */
  readonly largestPositionMicro: number;
  /** Orders of no strategy: closing at the end. */
  readonly closingOrders: number;
  readonly strategies: readonly {
    readonly name: string;
    readonly doing: string;
    /** Parent orders, pairs and quotes begun. */
    readonly parents: number;
    readonly orders: number;
  }[];
  /** What each signal led to, oldest first; the last two thousand. */
  readonly signals: readonly {
    readonly strategy: string;
    readonly signal: string;
    readonly parents: number;
    readonly orders: number;
  }[];
  /** Orders that no recorded signal explains: none. */
  readonly unexplainedOrders: number;
  readonly pairs: {
    readonly pairs: number;
    readonly hedged: number;
    readonly flat: number;
    readonly denied: number;
    readonly chases: number;
    readonly unwinds: number;
    readonly overBudget: number;
    readonly nakedDollarSeconds: number;
    readonly worstBudgetShare: number;
  };
  readonly toSocketUs: Quantiles;
  readonly toAnswerUs: Quantiles;
}

/** What the exchange itself counted: it knows every owner. */
export interface ExchangeFigures {
  readonly orders: number;
  readonly selfMatches: number;
  readonly stpEvents: number;
  readonly tooManyRequests: number;
  readonly settings: readonly {
    readonly name: string;
    readonly value: unknown;
    readonly byDefault: unknown;
  }[];
}

export interface LogFigures {
  readonly path: string;
  readonly records: number;
  readonly verified: boolean;
  readonly problem: string | null;
  readonly venueOrders: number;
  readonly missingOrders: number;
}

/** The whole report; printed as it is with `--json`. */
export interface DemoReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly speed: number;
  readonly ranMs: number;
  readonly pnlMicro: number;
  readonly worstImbalance: string;
  readonly credits: string;
  readonly desk: DeskFigures;
  readonly exchange: ExchangeFigures;
  readonly log: LogFigures;
  readonly checks: readonly Check[];
}
