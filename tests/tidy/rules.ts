// The laws of the source tree, as functions from the sources to what they break.
import { type Import, type Module, parseModule } from './imports.ts';
import { HOST_INTERFACES, NARROW_DOORS, RIMS, ROOMS, UNREACHABLE } from './rooms.ts';
import { type Token, tokenize } from './tokens.ts';

export const MAX_LINES = 350;
const ENTRY = 'src/cli/main.ts';

/** Text of each file by its path from the root of the repository. */
export type Sources = ReadonlyMap<string, string>;
export type Tree = ReadonlyMap<string, Module>;

export function parseTree(sources: Sources): Tree {
  return new Map([...sources].map(([path, text]) => [path, parseModule(path, text)]));
}

/** Every room imports only what the table of rooms lets it. */
export function badDoors(tree: Tree): string[] {
  return modulesOfSource(tree).flatMap((module) =>
    module.imports.flatMap((each) => {
      const reason = whyForbidden(module.path, each);
      return reason === undefined ? [] : [`${module.path}:${each.line} ${reason}`];
    }),
  );
}

/** Pure rooms have no clock, dice, timers, promises, process or console. */
export function impurities(tree: Tree): string[] {
  return modulesOfSource(tree)
    .filter((module) => isPure(module.path))
    .flatMap((module) =>
      module.tokens.flatMap((token, i) => {
        const name = impureName(module.tokens, i);
        if (name === undefined) return [];
        if (name === 'Promise' && HOST_INTERFACES.includes(module.path)) return [];
        return [`${module.path}:${token.line} a pure room uses ${name}`];
      }),
    );
}

/** Some folders must not reach some rooms, however long the way. */
export function forbiddenPaths(tree: Tree): string[] {
  return UNREACHABLE.flatMap(({ from, rooms }) =>
    modulesOfSource(tree)
      .filter((module) => module.path.startsWith(from))
      .flatMap((module) => {
        const hits = [...waysFrom(tree, [module.path])].filter(([path]) =>
          rooms.includes(roomOf(path) ?? ''),
        );
        return hits.map(([, way]) => `${way.join(' -> ')} must not be reachable`);
      }),
  );
}

/** One name, one file: no file exists only to pass on the exports of others. */
export function barrels(tree: Tree): string[] {
  return modulesOfSource(tree)
    .filter((module) => module.isBarrel || /\/index\.ts$/.test(module.path))
    .map((module) => `${module.path} is a barrel`);
}

/** Every source file is reached from the command line or from a benchmark. */
export function deadFiles(tree: Tree): string[] {
  if (!tree.has(ENTRY)) return [];
  const entries = [...tree.keys()].filter((path) => path === ENTRY || path.startsWith('bench/'));
  const alive = waysFrom(tree, entries);
  return modulesOfSource(tree)
    .filter((module) => !alive.has(module.path))
    .map((module) => `${module.path} is imported by nothing that runs`);
}

export function longFiles(tree: Tree): string[] {
  return modulesOfSource(tree)
    .filter((module) => module.lineCount > MAX_LINES)
    .map((module) => `${module.path} has ${module.lineCount} lines, more than ${MAX_LINES}`);
}

export function medianLines(tree: Tree): number {
  const counts = modulesOfSource(tree).map((module) => module.lineCount);
  return counts.sort((a, b) => a - b)[counts.length >> 1] ?? 0;
}

/** Tests that do not run, or keep the others from running. */
export function sleepingTests(tests: Sources): string[] {
  return [...tests].flatMap(([path, text]) => {
    const tokens = tokenize(text);
    return tokens.flatMap((token, i) => {
      const sleeps =
        (/^(?:only|skip|todo)$/.test(token.text) &&
          /^(?:test|it|describe)$/.test(root(tokens, i))) ||
        (/^(?:fit|fdescribe|xit|xtest|xdescribe)$/.test(token.text) && tokens[i + 1]?.text === '(');
      return token.kind === 'word' && sleeps ? [`${path}:${token.line} ${token.text}`] : [];
    });
  });
}

// The room of a path: the folder under src/.
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function modulesOfSource(tree: Tree): Module[] {
  return [...tree.values()].filter((module) => module.path.startsWith('src/'));
}

function isPure(path: string): boolean {
  const rim = RIMS.some((start) => path.startsWith(start));
  return !rim && ROOMS[roomOf(path) ?? '']?.pure === true;
}

function whyForbidden(path: string, { specifier, target, typeOnly }: Import): string | undefined {
  const name = roomOf(path);
  const room = ROOMS[name ?? ''];
  if (name === undefined || room === undefined) return `is in no known room`;
  if (specifier === undefined) return 'imports a computed path, which no rule can check';
  if (specifier.startsWith('node:')) {
    if (room.node === 'all' || room.node?.includes(specifier)) return undefined;
    return `${name} must not import ${specifier}`;
  }
  if (target === undefined) {
    const packageName = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
    if (room.packages?.includes(packageName)) return undefined;
    return `${name} must not import the package ${packageName}`;
  }
  const other = roomOf(target);
  if (other === undefined) return `imports ${target}, which is in no room`;
  if (other === name) return undefined;
  if (!room.rooms.includes(other)) return `${name} must not import ${other} (${target})`;
  const door = NARROW_DOORS.find(({ from, to }) => from.includes(name) && to === other);
  if (door?.typesOnly && !typeOnly) return `${name} may import only types from ${other}`;
  if (door?.files && !door.files.some((start) => target.startsWith(start))) {
    return `${name} may import from ${other} only ${door.files.join(' or ')}`;
  }
  return undefined;
}

const IMPURE = new Set(
  (
    'Date performance process console Promise async await setTimeout setInterval setImmediate ' +
    'queueMicrotask fetch WebSocket crypto globalThis'
  ).split(' '),
);

const NAME_MAY_FOLLOW = /^(?:[{,;}(]|readonly|public|private|protected|static|declare|override)$/;

function impureName(tokens: readonly Token[], i: number): string | undefined {
  const token = tokens[i];
  if (token?.kind !== 'word') return undefined;
  const before = tokens[i - 1];
  const after = tokens[i + 1];
  const member = before?.text === '.' || before?.text === '?.';
  if (token.text === 'Math' && !member) {
    if (after?.text === '.' && tokens[i + 2]?.text === 'random') return 'Math.random';
    if (before?.text === '=' && takesRandom(tokens, i - 2)) return 'Math.random';
  }
  if (!IMPURE.has(token.text) || member) return undefined;
  // A key, a property or a parameter of that name is no use of the global.
  const named = after?.text === ':' || (after?.text === '?' && tokens[i + 2]?.text === ':');
  return named && NAME_MAY_FOLLOW.test(before?.text ?? '') ? undefined : token.text;
}

// const { random } = Math, seen from its closing brace.
function takesRandom(tokens: readonly Token[], end: number): boolean {
  if (tokens[end]?.text !== '}') return false;
  for (let i = end - 1; i >= 0 && tokens[i]?.text !== '{'; i--) {
    if (tokens[i]?.text === 'random') return true;
  }
  return false;
}

// The first name of a chain: test in test.concurrent.only.
function root(tokens: readonly Token[], i: number): string {
  let at = i;
  while (tokens[at - 1]?.text === '.' && tokens[at - 2]?.kind === 'word') at -= 2;
  return at === i ? '' : (tokens[at]?.text ?? '');
}

/** Every file that can be reached from `starts`, with the way to it. */
function waysFrom(tree: Tree, starts: readonly string[]): Map<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>(starts.map((start) => [start, [start]]));
  for (const [path, way] of ways) {
    for (const { target } of tree.get(path)?.imports ?? []) {
      if (target !== undefined && !ways.has(target)) ways.set(target, [...way, target]);
    }
  }
  return ways;
}
