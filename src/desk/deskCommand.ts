import type { ReservedOrder } from '../gate/reservedOrder.ts';
import type { Query } from '../protocol/queries.ts';
import type { AuditRecord, CancelAllCommand, CancelCommand, LeverageCommand } from './ports.ts';

/** Everything that the kernel can ask for. */
export type DeskCommand =
  | { readonly kind: 'append'; readonly record: AuditRecord }
  | {
      readonly kind: 'send';
      readonly requestId: number;
      readonly wallMs: number;
      readonly action: SendAction;
    }
  | {
      readonly kind: 'query';
      readonly requestId: number;
      readonly account: number;
      readonly query: Query;
    }
  /** Replace the connections that carry the account's streams: some of its frames do not come. */
  | { readonly kind: 'refresh'; readonly account: number }
  | { readonly kind: 'arm'; readonly id: number; readonly atMs: number }
  | { readonly kind: 'disarm'; readonly id: number }
  /** Calls the kernel again with the event `continue`, before anything else. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'notify'; readonly event: DeskNotice };

/** What goes to the venue: an order only as the gate reserved it. */
export type SendAction =
  | { readonly do: 'order'; readonly reserved: ReservedOrder }
  | { readonly do: 'cancel'; readonly cancel: CancelCommand }
  | { readonly do: 'cancelAll'; readonly cancelAll: CancelAllCommand }
  | { readonly do: 'leverage'; readonly leverage: LeverageCommand };

/** News for the rim: progress, people, metrics. Observers cannot slow or change the kernel. */
export type DeskNotice =
  | { readonly of: 'running' }
  | { readonly of: 'stopped'; readonly clean: boolean; readonly sentence: string }
  | { readonly of: 'alarm'; readonly sentence: string };
