import { canonicalJson } from '../protocol/canonicalJson.ts';
import {
  CREATE_SUBACCOUNT,
  confirmData,
  initiateData,
} from '../protocol/operations/account/createSubaccount.ts';
import type { Operation } from '../protocol/operations/operation.ts';
import { readAnswer } from '../protocol/operations/readAnswer.ts';
import type { Outcome } from '../protocol/outcome.ts';
import type { Page, Read } from '../protocol/reads/read.ts';
import {
  type AnswerOf,
  type PagedName,
  type ParamsOf,
  READS,
  type ReadName,
} from '../protocol/reads/reads.ts';
import {
  canonicalMessage,
  type Signature,
  type SigningHeader,
  signedBody,
} from '../protocol/signing.ts';
import { invariant } from '../std/assert.ts';
import type { Clock } from '../std/host.ts';
import type { FamilyRest } from './restClient.ts';

/** Signs for one account: its own key, or an agent key that is bound to it. */
export interface AccountKey {
  /** Base58 address that is acted for. */
  readonly account: string;
  /** Base58 public key of the agent key; `null` when the account's own key signs. */
  readonly agentWallet: string | null;
  /** Ed25519 over the message's UTF-8 bytes, in base58. */
  readonly sign: (message: string) => Signature;
}

/** Long enough for a slow line, as other clients of the exchange have it. */
const WINDOW_MS = 5000;

type Sent<Answer> = Pick<Operation<never, Answer>, 'path' | 'answer'>;

/** An operation that cannot come to trade. */
export type Harmless<Answer> = Sent<Answer> & {
  readonly type: string;
  readonly needsGate?: never;
};

/**
 * Every read of an account, and every operation that cannot come to trade, one at a time over REST:
 * for tools and preparations. Orders leave through the desk's gate and never through here. Nothing
 * is sent twice, whatever the outcome.
 */
export class AccountClient {
  readonly #rest: FamilyRest;
  readonly #clock: Pick<Clock, 'wallMs'>;

  constructor(rest: FamilyRest, clock: Pick<Clock, 'wallMs'>) {
    this.#rest = rest;
    this.#clock = clock;
  }

  /** Signs `data` (canonical, from the operation's builder) and sends it. */
  perform<Answer>(
    key: AccountKey,
    operation: Harmless<Answer>,
    data: string,
  ): Promise<Outcome<Answer>> {
    invariant(!('needsGate' in operation), `${operation.type} needs the gate`);
    return this.#send(operation, this.#body(key, operation.type, data));
  }

  /** Makes `sub` a subaccount of `main`, for good; both sign with keys of their own. */
  createSubaccount(main: AccountKey, sub: AccountKey): Promise<Outcome<undefined>> {
    const { confirmType, initiateType } = CREATE_SUBACCOUNT;
    // Both signatures share timestamp and window.
    const timestampMs = this.#clock.wallMs();
    const sign = (key: AccountKey, type: string, data: string): Signature =>
      key.sign(canonicalMessage(type, data, headerOf(key, timestampMs)));
    const subSignature = sign(sub, initiateType, initiateData(main.account));
    const body = canonicalJson({
      main_account: main.account,
      subaccount: sub.account,
      main_signature: sign(main, confirmType, confirmData(subSignature)),
      sub_signature: subSignature,
      timestamp: timestampMs,
      expiry_window: WINDOW_MS,
    });
    return this.#send(CREATE_SUBACCOUNT, body);
  }

  async read<Name extends ReadName>(
    name: Name,
    params: ParamsOf<Name>,
  ): Promise<Outcome<AnswerOf<Name>>> {
    const read = READS[name] as unknown as Read<ParamsOf<Name>, AnswerOf<Name>>;
    return (await this.#rest.read(read, params)).outcome;
  }

  /**
   * The pages of a list from `params` on, until the last. Ends after the first that is no success,
   * and before a cursor that was followed already.
   */
  async *pages<Name extends PagedName>(
    name: Name,
    params: ParamsOf<Name>,
  ): AsyncGenerator<Outcome<AnswerOf<Name>>, void> {
    let { cursor } = params as { readonly cursor?: string | undefined };
    const followed = new Set(cursor === undefined ? [] : [cursor]);
    for (;;) {
      const outcome = await this.read(name, { ...(params as object), cursor } as ParamsOf<Name>);
      yield outcome;
      if (outcome.kind !== 'ok') return;
      cursor = (outcome.value as Page<unknown>).nextCursor;
      if (cursor === undefined || followed.has(cursor)) return;
      followed.add(cursor);
    }
  }

  #body(key: AccountKey, type: string, data: string): string {
    const header = headerOf(key, this.#clock.wallMs());
    return signedBody(data, header, key.sign(canonicalMessage(type, data, header)));
  }

  async #send<Answer>(operation: Sent<Answer>, body: string): Promise<Outcome<Answer>> {
    const { outcome } = await this.#rest.send(operation.path, body, ({ data }) =>
      readAnswer(operation, data),
    );
    return outcome.kind === 'ok' ? outcome.value : outcome;
  }
}

function headerOf({ account, agentWallet }: AccountKey, timestampMs: number): SigningHeader {
  return { account, agentWallet, timestampMs, expiryWindowMs: WINDOW_MS };
}
