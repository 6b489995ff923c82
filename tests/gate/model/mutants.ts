/** A change of the sources, applied to a copy of them. */
export interface Mutant {
  readonly name: string;
  /** What the model check must find. */
  readonly finds: 'matches' | 'overtakings';
  readonly patches: readonly Patch[];
}

interface Patch {
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

const JUDGE = 'const nearest = book.nearestOpponentTicks(entry, entry.rank);';

function judgesNothing(when: string): Patch {
  return {
    file: 'gate/selfTrade.ts',
    text: JUDGE,
    instead: `if (${when}) return { passes: true, entry, inTheWay: [] }; ${JUDGE}`,
  };
}

export const MUTANTS: readonly Mutant[] = [
  { name: 'the gate is off', finds: 'matches', patches: [judgesNothing('true')] },
  {
    name: 'an order is released when its answer does not come',
    finds: 'matches',
    patches: [
      {
        file: 'accounts/accountManager.ts',
        text: "    this.#advance(order, 'lost');",
        instead: "    this.end(order, 'not-admitted', message);",
      },
    ],
  },
  {
    name: 'a cancel that was sent is taken for an end',
    finds: 'matches',
    patches: [
      {
        file: 'accounts/accountManager.ts',
        text: "    this.#advance(order, 'cancel-asked');",
        instead: "    this.end(order, 'cancelled', '');",
      },
    ],
  },
  {
    name: 'post-only orders are blind to takers in flight',
    finds: 'matches',
    patches: [judgesNothing('!entry.canTake')],
  },
  {
    name: 'a GTC order in flight is taken as passive',
    finds: 'matches',
    patches: [
      {
        file: 'gate/conflict.ts',
        text: 'canTake: !isPostOnly(request) || replaces !== undefined,',
        instead: "canTake: (!isPostOnly(request) && tif !== 'GTC') || replaces !== undefined,",
      },
    ],
  },
  {
    name: 'each account is judged by itself',
    finds: 'matches',
    patches: [
      judgesNothing(`book.opponents(entry, STRONGEST, WEAKEST, Infinity).every((each) =>
        each.request.account !== entry.request.account)`),
    ],
  },
  {
    name: 'checking is one step and reserving another',
    finds: 'matches',
    patches: [
      {
        file: 'gate/gate.ts',
        text: '    this.#mirror.count(entry, nowMs);\n    this.#reservations',
        instead: `    this.#mirror.count(entry, nowMs);
    this.#book.remove(entry);
    this.checked.set(entry.request.orderId, entry);
    this.#reservations`,
      },
      {
        file: 'gate/gate.ts',
        text: '  sent(orderId: number, validUntilMs: number): void {',
        instead: `  readonly checked: Map<number, Entry> = new Map();
  sent(orderId: number, validUntilMs: number): void {
    const late = this.checked.get(orderId);
    if (late !== undefined) this.#book.insert(late);
    this.checked.delete(orderId);`,
      },
    ],
  },
  {
    name: 'a deferred order does not wait for what it withdraws',
    finds: 'matches',
    patches: [
      {
        file: 'gate/gate.ts',
        text: 'if (refusal === undefined && trial.conflicts.length === 0) {',
        instead: 'if (refusal === undefined) {',
      },
    ],
  },
  {
    name: 'the place of a deferred order is not kept',
    finds: 'overtakings',
    patches: [
      {
        file: 'gate/gate.ts',
        text: "      entry.state = 'CLAIM';\n      this.#book.insert(entry);",
        instead: "      entry.state = 'CLAIM';",
      },
      {
        file: 'gate/gate.ts',
        text: 'for (const entry of claim?.entries ?? []) this.#book.remove(entry);',
        instead: '',
      },
    ],
  },
  {
    name: 'only the new version of an edited order counts',
    finds: 'matches',
    patches: [
      {
        file: 'gate/gate.ts',
        text: '      this.#counts.reserved();\n',
        instead: `      this.#counts.reserved();
      for (const { request } of trial.entries) if (request.replaces !== undefined) this.release(request.replaces);
`,
      },
    ],
  },
  {
    name: 'an edit in flight is taken as passive',
    finds: 'matches',
    patches: [
      {
        file: 'gate/conflict.ts',
        text: 'canTake: !isPostOnly(request) || replaces !== undefined,',
        instead: 'canTake: !isPostOnly(request),',
      },
    ],
  },
  {
    name: 'a stop at rest is taken as passive',
    finds: 'matches',
    patches: [
      {
        file: 'gate/gate.ts',
        text: 'if (!entry.isDormant) this.#book.rest(entry);',
        instead: 'this.#book.rest(entry);',
      },
    ],
  },
  {
    name: 'a stop counts to its trigger only',
    finds: 'matches',
    patches: [
      {
        file: 'gate/conflict.ts',
        text: 'worstTicks: isAtMarket(request) ? unbounded : priceTicks,',
        instead:
          "worstTicks: kind === 'stop-market' ? (triggerTicks ?? 0) : kind === 'market' ? unbounded : priceTicks,",
      },
      {
        file: 'gate/conflict.ts',
        text: 'const { market, side, tif, priceTicks, replaces } = request;',
        instead: 'const { market, side, tif, priceTicks, replaces, kind, triggerTicks } = request;',
      },
    ],
  },
];
