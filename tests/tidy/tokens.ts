// A small lexer for TypeScript: enough to tell code from comments, strings and regular expressions.

export type Token = {
  readonly kind: 'word' | 'number' | 'string' | 'template' | 'regex' | 'sign';
  /** Strings without their quotes; of a template the text up to and including its first `${`. */
  readonly text: string;
  readonly line: number;
};

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\.?\d[\w.]*/y;
const SIGN = /\?\.(?!\d)|=>|\.\.\.|[^\s]/uy;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const REGEX_MAY_FOLLOW = /^(?:return|typeof|case|do|else|in|of|void|delete|throw|new|instanceof)$/;

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // One entry per open template expression: the depth of braces inside it.
  const templates: number[] = [];
  let at = 0;
  let line = 1;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const push = (kind: Token['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, line });
    skip(length);
  };
  const skip = (length: number): void => {
    for (const end = at + length; at < end; at++) if (source[at] === '\n') line++;
  };
  const closing = (quote: string, from: number): number => {
    let end = from;
    while (end < source.length && source[end] !== quote) {
      if (quote === '`' && source.startsWith('${', end)) return end;
      end += source[end] === '\\' ? 2 : 1;
    }
    return end;
  };
  // From a backtick, or from the brace that ends an expression, to the next expression or the end.
  const template = (first: boolean): void => {
    const end = closing('`', at + 1);
    const opens = source[end] === '$';
    if (opens) templates.push(0);
    const text = source.slice(at + 1, opens ? end + 2 : end);
    const length = end + (opens ? 2 : 1) - at;
    if (first) push('template', text, length);
    else skip(length);
  };

  while (at < source.length) {
    const char = source[at] ?? '';
    if (/\s/.test(char)) skip(1);
    else if (source.startsWith('//', at) || (at === 0 && source.startsWith('#!'))) {
      const end = source.indexOf('\n', at);
      skip((end < 0 ? source.length : end) - at);
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      skip((end < 0 ? source.length : end + 2) - at);
    } else if (char === '"' || char === "'") {
      const end = closing(char, at + 1);
      push('string', source.slice(at + 1, end), end + 1 - at);
    } else if (char === '`') template(true);
    else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      template(false);
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && char === '{') templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && char === '}') templates[depth] = (templates[depth] ?? 0) - 1;
      const word = take(WORD);
      const number = word === undefined ? take(NUMBER) : undefined;
      const regex = char === '/' && regexMayFollow(tokens.at(-1)) ? take(REGEX) : undefined;
      if (word !== undefined) push('word', word, word.length);
      else if (number !== undefined) push('number', number, number.length);
      else if (regex !== undefined) push('regex', regex, regex.length);
      else {
        const sign = take(SIGN) ?? char;
        push('sign', sign, sign.length);
      }
    }
  }
  return tokens;
}

// After a value a slash divides; after an operator, a bracket or a keyword it starts a pattern.
function regexMayFollow(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === 'word') return REGEX_MAY_FOLLOW.test(previous.text);
  return previous.kind === 'sign' && !/[)\]}]/.test(previous.text);
}
