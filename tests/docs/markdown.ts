import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every document, from the root of the checkout. */
export function documents(root: string): string[] {
  const markdown = (folder: string): string[] =>
    readdirSync(join(root, folder), { encoding: 'utf8', recursive: folder !== '.' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => join(folder, path));
  return [...markdown('.'), ...markdown('docs'), ...markdown('tapes')].sort();
}

/** Targets of the links to files of this repository, outside code. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of all headings, as the usual readers of Markdown make them. */
export function anchors(text: string): Set<string> {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return new Set(
    [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** A fenced block of shell commands, and what the comment above it says about running it. */
export interface ShellBlock {
  readonly document: string;
  readonly line: number;
  readonly script: string;
  /** Text of the comment on the line above; `undefined` where there is none, which means: run it. */
  readonly note: string | undefined;
}

export function shellBlocks(document: string, text: string): ShellBlock[] {
  const blocks = text.matchAll(/^(?:<!-- (.+) -->\n)?```sh\n([\s\S]*?)^```$/gm);
  return [...blocks].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length,
    script: match[2] ?? '',
    note: match[1],
  }));
}
