// npm run model
// Plays every interleaving of every program of three orders of two accounts against the real gate and
// the real matching engine, and fails if two accounts of one owner ever trade with each other.
import { largeCheck, runCheck, smallCheck } from '../tests/gate/model/check.ts';

const started = performance.now();
const { example, ...summary } = runCheck([...smallCheck(), ...largeCheck(1)]);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(JSON.stringify({ ...summary, seconds }));
if (example !== undefined) {
  console.error(JSON.stringify(example));
  process.exitCode = 1;
}
