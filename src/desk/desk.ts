import { ReservedOrder } from '../gate/reservedOrder.ts';
import type { Frame } from '../protocol/frames/frame.ts';
import { invariant } from '../std/assert.ts';
import type { Clock } from '../std/host.ts';
import type { DeskCommand, DeskNotice } from './deskCommand.ts';
import type { DeskEvent, OperatorCommand } from './deskEvent.ts';
import type { Kernel } from './kernel.ts';
import type { AuditPort, AuditSink, SignerPort, TimerPort, VenuePort, VenueSink } from './ports.ts';

/** The adapters around the kernel. */
export interface DeskPorts {
  readonly clock: Clock;
  readonly audit: AuditPort;
  readonly signer: SignerPort;
  readonly venue: VenuePort;
  readonly timers: TimerPort;
  /** Progress and people; runs outside the kernel's step. */
  readonly notice: (notice: DeskNotice) => void;
}

/**
 * Drives the kernel: one event at a time, in the order of arrival, each with one reading of the
 * clocks; its commands go to the ports. Adapters talk back through the sinks.
 */
export class Desk implements VenueSink, AuditSink {
  readonly kernel: Kernel;
  #ports: DeskPorts | undefined;
  readonly #queue: DeskEvent[] = [];
  #leftOver = 0;
  #awaitedSeq = 0;
  #durableSeq = 0;
  #diskFailed = false;
  #busy = false;
  #closed = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Adapters need the desk as their sink, so they come second. */
  connect(ports: DeskPorts): void {
    this.#ports = ports;
  }

  /** Nothing that happens from now on reaches the kernel: what it wrote is all there is to write. */
  close(): void {
    this.#closed = true;
  }

  operate(command: OperatorCommand): void {
    this.#dispatch({ kind: 'operator', command });
  }

  timer(id: number): void {
    this.#dispatch({ kind: 'timer', id });
  }

  session(family: number, state: Parameters<VenueSink['session']>[1]): void {
    this.#dispatch({ kind: 'session', family, state });
  }

  frame(frame: Frame, account: number | undefined): void {
    this.#dispatch({ kind: 'frame', frame, account });
  }

  sent(requestId: number, monoUs: number): void {
    this.#dispatch({ kind: 'sent', requestId, monoUs });
  }

  reply(requestId: number, outcome: Parameters<VenueSink['reply']>[1]): void {
    this.#dispatch({ kind: 'reply', requestId, outcome });
  }

  answer(requestId: number, outcome: Parameters<VenueSink['answer']>[1]): void {
    this.#dispatch({ kind: 'answer', requestId, outcome });
  }

  credits(family: number, credits: Parameters<VenueSink['credits']>[1]): void {
    this.#dispatch({ kind: 'credits', family, credits });
  }

  durable(seq: number): void {
    this.#durableSeq = seq;
    this.#dispatch({ kind: 'durable', seq });
  }

  failed(sentence: string): void {
    this.#diskFailed = true;
    this.#dispatch({ kind: 'disk', sentence });
  }

  #dispatch(event: DeskEvent): void {
    if (this.#closed) return;
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) this.#step(next);
    } finally {
      this.#busy = false;
    }
  }

  /**
   * What a step left over comes before whatever else has happened meanwhile, but a piece at a time: the
   * next is decided when the disk has what this one decided and it is on its way. Decided all at once,
   * the first order of a burst would wait for the last one's decision.
   */
  #next(): DeskEvent | undefined {
    const [first] = this.#queue;
    // The disk answers soon only for what is awaited; nothing may wait for the rest.
    const waits = this.#awaitedSeq > this.#durableSeq && !this.#diskFailed;
    if (waits) this.#ports?.audit.flush();
    if (this.#leftOver === 0 || waits || first?.kind === 'durable') return this.#queue.shift();
    this.#leftOver -= 1;
    return { kind: 'continue' };
  }

  #step(event: DeskEvent): void {
    const ports = this.#ports;
    invariant(ports !== undefined, 'the desk is driven before its ports are connected');
    const stamp = { wallMs: ports.clock.wallMs(), monoUs: ports.clock.monoUs() };
    for (const command of this.kernel.step(event, stamp)) this.#execute(command, ports);
  }

  #execute(command: DeskCommand, ports: DeskPorts): void {
    switch (command.kind) {
      case 'append':
        if (command.record.awaited) this.#awaitedSeq = command.record.seq;
        ports.audit.append(command.record);
        break;
      case 'send':
        this.#send(command, ports);
        break;
      case 'query':
        ports.venue.query(command.requestId, command.account, command.query);
        break;
      case 'refresh':
        ports.venue.refresh(command.account);
        break;
      case 'arm':
        ports.timers.arm(command.id, command.atMs);
        break;
      case 'disarm':
        ports.timers.disarm(command.id);
        break;
      case 'continue':
        this.#leftOver += 1;
        break;
      case 'notify':
        ports.notice(command.event);
        break;
    }
  }

  #send(command: Extract<DeskCommand, { kind: 'send' }>, ports: DeskPorts): void {
    const { requestId, wallMs, action } = command;
    switch (action.do) {
      case 'order': {
        // The types say so already; this stops a cast or a look-alike as well.
        invariant(ReservedOrder.isReserved(action.reserved), 'only the gate reserves orders');
        const signed = ports.signer.order(requestId, action.reserved, wallMs);
        invariant(signed !== undefined, 'the outbox sends no reservation after its time');
        ports.venue.transmit(signed);
        break;
      }
      case 'cancel':
        ports.venue.transmit(ports.signer.cancel(requestId, action.cancel, wallMs));
        break;
      case 'cancelAll':
        ports.venue.transmit(ports.signer.cancelAll(requestId, action.cancelAll, wallMs));
        break;
      case 'leverage':
        ports.venue.transmit(ports.signer.leverage(requestId, action.leverage, wallMs));
        break;
    }
  }
}
