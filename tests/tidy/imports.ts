import { posix } from 'node:path';
import { type Token, tokenize } from './tokens.ts';

export type Import = {
  /** What the source says: './x.ts', 'zod', 'node:fs'; undefined if it is computed. */
  readonly specifier: string | undefined;
  /** The path that a relative specifier means, from the root of the repository. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
  readonly line: number;
};

export type Module = {
  readonly path: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
  readonly lineCount: number;
  /** Nothing but imports and re-exports. */
  readonly isBarrel: boolean;
};

export function parseModule(path: string, source: string): Module {
  const tokens = tokenize(source);
  const imports: Import[] = [];
  let reexports = 0;
  let others = 0;
  for (let i = 0; i < tokens.length; ) {
    const found = importAt(tokens, i);
    if (found === undefined) {
      if (tokens[i]?.text !== ';') others++;
      i++;
      continue;
    }
    imports.push({
      specifier: found.specifier,
      target: resolve(path, found.specifier),
      typeOnly: found.typeOnly,
      line: tokens[i]?.line ?? 0,
    });
    if (tokens[i]?.text === 'export') reexports++;
    i += found.length;
  }
  const lineCount = source.replace(/\n$/, '').split('\n').length;
  return { path, tokens, imports, lineCount, isBarrel: reexports > 0 && others === 0 };
}

type Found = { specifier: string | undefined; typeOnly: boolean; length: number };

function importAt(tokens: readonly Token[], i: number): Found | undefined {
  const token = tokens[i];
  if (token?.kind !== 'word' || isMember(tokens, i)) return undefined;
  const next = tokens[i + 1];
  switch (token.text) {
    case 'import':
      if (next?.kind === 'string') return { specifier: next.text, typeOnly: false, length: 2 };
      if (next?.text === '(') return called(tokens[i + 2]);
      return fromClause(tokens, i);
    case 'export':
      return fromClause(tokens, i);
    case 'require':
      return next?.text === '(' ? called(tokens[i + 2]) : undefined;
    case 'new':
      return workerUrl(tokens, i);
    default:
      return undefined;
  }
}

function isMember(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1];
  return before?.kind === 'sign' && (before.text === '.' || before.text === '?.');
}

// import('x'), require('x')
function called(argument: Token | undefined): Found {
  const literal =
    argument?.kind === 'string' || (argument?.kind === 'template' && !argument.text.endsWith('${'));
  return { specifier: literal ? argument?.text : undefined, typeOnly: false, length: 3 };
}

// new URL('./worker.ts', import.meta.url), or with an extension that is chosen when it runs.
function workerUrl(tokens: readonly Token[], i: number): Found | undefined {
  const argument = tokens[i + 3];
  if (tokens[i + 1]?.text !== 'URL' || tokens[i + 2]?.text !== '(') return undefined;
  if (argument?.kind !== 'string' && argument?.kind !== 'template') return undefined;
  const specifier = argument.text.replace(/\.?\$\{$/, '.ts');
  if (!/^\.\.?\/.*\.ts$/.test(specifier)) return undefined;
  return { specifier, typeOnly: false, length: 4 };
}

// import type { A, B } from 'x'; export * as y from 'x'; undefined for every other statement.
function fromClause(tokens: readonly Token[], i: number): Found | undefined {
  for (let j = i + 1; j < tokens.length; j++) {
    const token = tokens[j];
    const next = tokens[j + 1];
    if (token?.text === 'from' && next?.kind === 'string' && j > i + 1) {
      const clause = tokens.slice(i + 1, j);
      return { specifier: next.text, typeOnly: isTypeOnly(clause), length: j + 2 - i };
    }
    if (token?.kind === 'sign' && !'{},*'.includes(token.text)) return undefined;
    if (token?.kind === 'word' && /^(?:const|class|function|default|enum)$/.test(token.text)) {
      if (tokens[i]?.text === 'export' && j === i + 1) return undefined;
    }
  }
  return undefined;
}

function isTypeOnly(clause: readonly Token[]): boolean {
  const texts = clause.map((token) => token.text);
  if (texts[0] === 'type' && texts.length > 1) return true;
  if (texts[0] !== '{') return false;
  const names = texts.slice(1, -1).join(' ').split(',');
  return names.filter((name) => name.trim() !== '').every((name) => /^\s*type /.test(name));
}

function resolve(path: string, specifier: string | undefined): string | undefined {
  if (specifier === undefined || !/^\.\.?\//.test(specifier)) return undefined;
  return posix.join(posix.dirname(path), specifier);
}
