import type { Reply } from '../core/requests/prepared.ts';
import type { Refusal, Result } from '../core/requests/refusal.ts';

type Row = Readonly<Record<string, unknown>>;

/** `data` of a REST answer to an operation; null is the success of what has nothing to say. */
export function restData(reply: Reply): Row | null {
  switch (reply.of) {
    case 'order':
      return { order_id: reply.orderId };
    case 'cancel_all':
      return { cancelled_count: reply.count };
    case 'batch':
      return { results: reply.results.map(restResult) };
    case 'data':
      return reply.data;
    case 'cancel':
    case 'done':
      return null;
  }
}

function restResult(result: Result<Reply>): Row {
  if (!result.ok) return { success: false, error: result.refusal.error };
  if (result.value.of !== 'order') return { success: true };
  return { success: true, order_id: result.value.orderId, error: null };
}

/** `data` of a WebSocket answer to an operation. */
export function socketData(reply: Reply): Row | null {
  switch (reply.of) {
    case 'order':
    case 'cancel':
      return { I: reply.clientOrderId, i: reply.orderId, s: reply.symbol };
    case 'cancel_all':
      return { cancelled_count: reply.count };
    case 'batch':
      return { results: reply.results.map(socketResult) };
    case 'data':
      return reply.data;
    case 'done':
      return null;
  }
}

function socketResult(result: Result<Reply>): Row {
  if (!result.ok) return { success: false, error: result.refusal.error };
  if (result.value.of !== 'order') return { success: true };
  const { clientOrderId, orderId, symbol } = result.value;
  return { success: true, order_id: orderId, client_order_id: clientOrderId, symbol };
}

/** Body of a REST refusal, in the form that the reference has for it. */
export function refusalBody(refusal: Refusal): string {
  const { code, error, errorId, form } = refusal;
  if (form === 'bare') return error;
  if (form === 'short') return JSON.stringify({ error, code });
  const id = errorId === undefined ? {} : { error_id: errorId };
  return JSON.stringify({ success: false, data: null, error, code, ...id });
}
