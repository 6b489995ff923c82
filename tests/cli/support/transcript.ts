interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (found: string) => void;
  readonly reject: (error: Error) => void;
}

/** Text as it arrives, with which a test can wait for what it expects. */
export class Transcript {
  text: string = '';
  #waiters: Waiter[] = [];
  #ended = false;

  add(text: string): void {
    this.text += text;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) this.#wait(waiter);
  }

  /** Resolves with the first group of `pattern`, or all that it matches, once it is there. */
  until(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => this.#wait({ pattern, resolve, reject }));
  }

  /** Nothing will follow: whoever still waits is told what there was. */
  end(): void {
    this.#ended = true;
    this.add('');
  }

  #wait(waiter: Waiter): void {
    const found = waiter.pattern.exec(this.text);
    if (found !== null) waiter.resolve(found[1] ?? found[0]);
    else if (!this.#ended) this.#waiters.push(waiter);
    else waiter.reject(new Error(`${waiter.pattern} never came; all there was:\n${this.text}`));
  }
}
