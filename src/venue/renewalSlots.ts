/**
 * While a connection is replaced its stream has two. So only a few are replaced at a time, or the
 * desk would exceed the connections that the exchange allows to one address.
 */
export class RenewalSlots {
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  take(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  release(): void {
    this.#free += 1;
  }
}
