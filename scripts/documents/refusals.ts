import { REFUSALS } from '../../src/gate/refusal.ts';
import { markdownTable } from './regions.ts';

/** Every refusal of the gate with cause and remedy, in the words that the desk itself uses. */
export function refusalRows(): string {
  const rows = Object.entries(REFUSALS).map(([code, { cause, remedy }]) => [
    `\`${code}\``,
    sentence(cause),
    sentence(remedy),
  ]);
  return markdownTable(['code', 'cause', 'remedy'], rows);
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
