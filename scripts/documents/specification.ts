import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOMS } from '../../tests/tidy/rooms.ts';

/** One rule of a room. */
interface Rule {
  readonly id: string;
  readonly text: string;
}

/** The rules of one room as its RULES.md has them. */
export interface RoomRules {
  readonly room: string;
  readonly title: string;
  /** In the order of the file; `name` is empty for rules above the first heading. */
  readonly sections: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const HEAD = `# Specification

Written by \`npm run spec\` from the RULES.md of each room. Change those, not this file.

Behaviour that matters is written down as short rules. An id is stable: it is never given to another rule. Every rule
is named by at least one test, and a test checks that.
`;

/** SPEC.md: the rules of all rooms. */
export function specification(root: string): string {
  const rooms = allRules(root);
  const count = (rules: RoomRules): number =>
    rules.sections.reduce((sum, section) => sum + section.rules.length, 0);
  const total = rooms.reduce((sum, rules) => sum + count(rules), 0);
  const contents = rooms.map(
    (rules) => `- [${rules.title}](#${anchorOf(rules.title)}): ${count(rules)} rules`,
  );
  const body = rooms.map(({ room, title, sections }) =>
    [
      `## ${title}`,
      `From [src/${room}/RULES.md](src/${room}/RULES.md).`,
      ...sections.flatMap(({ name, rules }) => [
        ...(name === '' ? [] : [`### ${name}`]),
        rules.map(({ id, text }) => `- **${id}** ${text}`).join('\n'),
      ]),
    ].join('\n\n'),
  );
  return `${[HEAD.trim(), `${total} rules:`, contents.join('\n'), ...body].join('\n\n')}\n`;
}

/** The rules of every room that has some, in the order of the table of rooms. */
export function allRules(root: string): RoomRules[] {
  return Object.keys(ROOMS).flatMap((room) => {
    const path = join(root, 'src', room, 'RULES.md');
    return existsSync(path) ? parseRules(room, readFileSync(path, 'utf8')) : [];
  });
}

/**
 * Reads a RULES.md: `- **ID** sentence` or `- ID: sentence`, sections as `## Name` or as a line of
 * their own above a list. A file may hold several titles. Throws on an id that comes twice and on a
 * list item that is no rule.
 */
export function parseRules(room: string, text: string): RoomRules[] {
  const found: { room: string; title: string; sections: { name: string; rules: Rule[] }[] }[] = [];
  const seen = new Set<string>();
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    const title = /^# (.+)$/.exec(line)?.[1];
    if (title !== undefined) found.push({ room, title, sections: [{ name: '', rules: [] }] });
    const sections = found.at(-1)?.sections;
    const name = /^## (.+)$/.exec(line)?.[1] ?? plainHeading(lines, at);
    if (name !== undefined) sections?.push({ name, rules: [] });
    if (!line.startsWith('- ')) continue;
    const [, id, words] = /^- (?:\*\*)?([A-Z]+-\d+)(?:\*\*)?:? (.+)$/.exec(line) ?? [];
    if (id === undefined || words === undefined || seen.has(id)) {
      throw new Error(`src/${room}/RULES.md, line ${at + 1}: not a rule, or its id comes twice`);
    }
    seen.add(id);
    sections?.at(-1)?.rules.push({ id, text: [words, ...continued(lines, at + 1)].join(' ') });
  }
  return found
    .map((each) => ({ ...each, sections: each.sections.filter(({ rules }) => rules.length > 0) }))
    .filter(({ sections }) => sections.length > 0);
}

/** A line that stands right above a list and is neither a sentence nor part of the list. */
function plainHeading(lines: readonly string[], at: number): string | undefined {
  const line = lines[at] ?? '';
  const alone = /^[A-Z][\w ,]*$/.test(line) && (lines[at + 1] ?? '').startsWith('- ');
  return alone ? line : undefined;
}

function continued(lines: readonly string[], from: number): string[] {
  const more: string[] = [];
  for (let at = from; /^\s+\S/.test(lines[at] ?? ''); at += 1) more.push((lines[at] ?? '').trim());
  return more;
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
