import type { Market } from './market.ts';

/** The markets of one exchange by id and by symbol. Symbols are case-sensitive. */
export class MarketIndex {
  readonly all: readonly Market[];
  readonly #bySymbol = new Map<string, Market>();

  constructor(markets: readonly Market[]) {
    this.all = markets;
    for (const market of markets) this.#bySymbol.set(market.symbol, market);
  }

  /** `undefined` for symbols that the desk does not trade, such as spot rows. */
  bySymbol(symbol: string): Market | undefined {
    return this.#bySymbol.get(symbol);
  }

  byId(id: number): Market {
    const market = this.all[id];
    if (market === undefined) throw new RangeError(`no market with id ${id}`);
    return market;
  }
}
