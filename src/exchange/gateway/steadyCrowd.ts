import type { Crowd } from '../crowdPort.ts';

/** The crowd on the steady clock: a fault may move the exchange's clock, the tape goes on as ever. */
export function steadyCrowd(crowd: Crowd, offsetMs: () => number): Crowd {
  return {
    tapeMs: (wallMs) => crowd.tapeMs(wallMs - offsetMs()),
    history: (market) => crowd.history(market),
    open: (port, wallMs) => crowd.open(port, wallMs - offsetMs()),
    act: (wallMs) => crowd.act(wallMs - offsetMs()) + offsetMs(),
    onFill: (...fill) => crowd.onFill(...fill),
    brace: (...order) => crowd.brace(...order),
  };
}
