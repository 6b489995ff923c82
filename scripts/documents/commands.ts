import { program } from '../../src/cli/program.ts';
import { markdownTable } from './regions.ts';

/** One command with its help, as the program prints it. */
interface Help {
  readonly words: readonly string[];
  readonly text: string;
}

/** Every command's own help, one section each. */
export async function commandSections(root: string): Promise<string> {
  const sections = (await allHelp()).map(({ words, text }) => {
    // Defaults that are folders of this checkout are named from its root.
    const shown = text.replaceAll(`${root}/`, '').trimEnd();
    return `## ${['breakwater', ...words].join(' ')}\n\n\`\`\`text\n${shown}\n\`\`\``;
  });
  return sections.join('\n\n');
}

/** Commands and what they do, one row each. */
export async function commandRows(): Promise<string> {
  const leaves = (await allHelp()).filter(({ text }) => childrenOf(text).length === 0);
  const rows = leaves.map(({ text }) => {
    const usage = (/^Usage: (.+)$/m.exec(text)?.[1] ?? '').replace(/ ?\[options\]/, '');
    const does = /\n\n([\s\S]+?)\n\n/.exec(text)?.[1] ?? '';
    return [`\`${usage}\``, does.replaceAll(/\s+/g, ' ')];
  });
  return markdownTable(['command', 'what it does'], rows);
}

async function allHelp(): Promise<Help[]> {
  const found: Help[] = [];
  const queue: string[][] = [[]];
  for (let words = queue.shift(); words !== undefined; words = queue.shift()) {
    const text = await helpOf(words);
    found.push({ words, text });
    queue.unshift(...childrenOf(text).map((child) => [...(words ?? []), child]));
  }
  return found;
}

function childrenOf(text: string): string[] {
  const list = text.split('\nCommands:\n')[1] ?? '';
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name ?? '');
  return names.filter((name) => name !== 'help');
}

/** What `breakwater WORDS --help` prints, whatever the width of this terminal. */
async function helpOf(words: readonly string[]): Promise<string> {
  const { isTTY, write } = process.stdout;
  const { exitCode } = process;
  let text = '';
  process.stdout.isTTY = false;
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  try {
    await program([...words, '--help']);
  } finally {
    process.stdout.isTTY = isTTY;
    process.stdout.write = write;
    process.exitCode = exitCode;
  }
  return text;
}
