import type { Operation } from '../../../src/protocol/operations/operation.ts';
import {
  BATCH_ORDERS,
  type BatchAction,
  type BatchResult,
  batchAnswer,
  batchBody,
  batchRefusal,
} from '../../../src/protocol/operations/orders/batchOrders.ts';
import { readAnswer } from '../../../src/protocol/operations/readAnswer.ts';
import type { Outcome } from '../../../src/protocol/outcome.ts';
import { canonicalMessage, signedBody } from '../../../src/protocol/signing.ts';
import type { Clock } from '../../../src/std/host.ts';
import type { AccountKey } from '../../../src/venue/accountClient.ts';
import type { FamilyRest } from '../../../src/venue/restClient.ts';

type Sent<Answer> = Pick<Operation<never, Answer>, 'path' | 'answer'>;

/** One action of a batch: which kind, what it signs, with which fields. */
export interface TraderAction {
  readonly type: BatchAction['type'];
  readonly operation: { readonly type: string };
  readonly data: string;
}

/**
 * Speaks the part of the language that trades, which in the program only the desk may, after its
 * gate. For tests against the simulated exchange.
 */
export class Trader {
  readonly #rest: FamilyRest;
  readonly #clock: Pick<Clock, 'wallMs'>;

  constructor(rest: FamilyRest, clock: Pick<Clock, 'wallMs'>) {
    this.#rest = rest;
    this.#clock = clock;
  }

  trade<Answer>(
    key: AccountKey,
    operation: Sent<Answer> & { readonly type: string },
    data: string,
  ): Promise<Outcome<Answer>> {
    return this.#send(operation, this.#body(key, operation.type, data));
  }

  async batch(
    key: AccountKey,
    actions: readonly TraderAction[],
  ): Promise<Outcome<readonly Outcome<BatchResult>[]>> {
    const signed = actions.map(({ type, operation, data }) => ({
      type,
      body: this.#body(key, operation.type, data),
    }));
    const sent = { path: BATCH_ORDERS.path, answer: batchAnswer };
    return batchRefusal(signed) ?? (await this.#send(sent, batchBody(signed)));
  }

  #body({ account, agentWallet, sign }: AccountKey, type: string, data: string): string {
    const timestampMs = this.#clock.wallMs();
    const header = { account, agentWallet, timestampMs, expiryWindowMs: 5000 };
    return signedBody(data, header, sign(canonicalMessage(type, data, header)));
  }

  async #send<Answer>(operation: Sent<Answer>, body: string): Promise<Outcome<Answer>> {
    const { outcome } = await this.#rest.send(operation.path, body, ({ data }) =>
      readAnswer(operation, data),
    );
    return outcome.kind === 'ok' ? outcome.value : outcome;
  }
}
