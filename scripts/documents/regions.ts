/**
 * `text` with new content between `<!-- generated: NAME -->` and `<!-- end of NAME -->`, each on a
 * line of its own. Throws when the two are not there exactly once, in that order.
 */
export function withRegion(text: string, name: string, body: string): string {
  const begin = `<!-- generated: ${name} -->\n`;
  const end = `<!-- end of ${name} -->\n`;
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...others] = (rest ?? '').split(end);
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0) {
    throw new Error(`expected one region "${name}": ${begin.trim()} ... ${end.trim()}`);
  }
  return `${before}${begin}\n${body.trim()}\n\n${end}${after}`;
}

/** A Markdown table; `|` inside a cell is escaped. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
