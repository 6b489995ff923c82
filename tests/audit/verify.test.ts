import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalBody } from '../../src/audit/canonicalBody.ts';
import { GENESIS, openRecord, type RecordBody, sealRecord } from '../../src/audit/record.ts';
import { type Fault, LogVerifier, verifyLog } from '../../src/audit/verify.ts';
import { canonicalJson, type Json } from '../../src/protocol/canonicalJson.ts';
import { memoryHost } from '../support/memoryHost.ts';

const { sha256Hex } = memoryHost().crypto;

/** Lines of a chain, sealed one after the other as given. */
function chain(records: readonly (readonly [type: string, body: RecordBody])[]): string[] {
  let prev = GENESIS;
  return records.map(([type, body], i) => {
    const fields = { seq: i + 1, type, body, tMono: 10 * i, tWall: 1_800_000_000_000 + i, prev };
    const { line, h } = sealRecord(fields, sha256Hex);
    prev = h;
    return line;
  });
}

const BODIES: readonly RecordBody[] = [
  { clientOrderId: '12345678-1234-8234-9234-123456789abc', lots: 5, side: 'bid' },
  { error: 'Ünknown \u2028 \ufffd 𝒳 order "7"\n', nested: { list: [1, -2, null, true] } },
  { quoted: `,"h":"${'a'.repeat(64)}","prev":"","seq":2,"tMono":1,"tWall":1,"type":"x","v":1}` },
  { reason: 'cancel' },
];
const LINES = chain([
  ['log_start', { desk: 'north', epoch: 1 }],
  ...BODIES.map((body): readonly [string, RecordBody] => ['order_update', body]),
  ['log_end', { records: 6 }],
]);

function verify(text: string | Uint8Array): ReturnType<typeof verifyLog> {
  return verifyLog(typeof text === 'string' ? Buffer.from(text) : text, sha256Hex);
}

function faultOf(text: string | Uint8Array): [Fault, number] | undefined {
  const { ok, complete, firstBad } = verify(text);
  expect(ok).toBe(firstBad === undefined);
  expect(complete && !ok).toBe(false);
  return firstBad && [firstBad.fault, firstBad.line];
}

describe('AUDIT-8 what was done to a log is named', () => {
  test('nothing', () => {
    expect(verify(LINES.join(''))).toMatchObject({ ok: true, complete: true, records: 6 });
  });

  const cases: [name: string, log: string, fault: Fault, line: number][] = [
    ['nothing in it', '', 'EMPTY', 1],
    ['an edited word', LINES.join('').replace('"cancel"', '"expire"'), 'HASH', 5],
    ['an edited hash', LINES.with(1, rehash(LINES[1], 'b'.repeat(64))).join(''), 'HASH', 2],
    ['two records swapped', swapped(2, 3).join(''), 'MISSING', 3],
    ['a record deleted', LINES.toSpliced(2, 1).join(''), 'MISSING', 3],
    ['the first record deleted', LINES.slice(1).join(''), 'FIRST_RECORD', 1],
    ['a first record that follows another', headless(), 'FIRST_RECORD', 1],
    ['a record repeated', LINES.toSpliced(2, 0, LINES[1] ?? '').join(''), 'REPEATED', 3],
    ['a duplicate tail', [...LINES, ...LINES.slice(3)].join(''), 'REPEATED', 7],
    ['a cut in a line', LINES.join('').slice(0, -20), 'TORN', 6],
    ['a lost newline at the end', LINES.join('').slice(0, -1), 'TORN', 6],
    ['zeros at the end', LINES.join('') + '\0'.repeat(512), 'ZEROS', 7],
    ['a torn line and zeros', LINES.join('').slice(0, -20) + '\0'.repeat(20), 'ZEROS', 6],
    ['a page of zeros', LINES.with(3, `${'\0'.repeat(99)}\n`).join(''), 'ZEROS', 4],
    ['words', LINES.with(3, 'hello\n').join(''), 'NOT_A_RECORD', 4],
    ['an empty line', LINES.with(3, '\n').join(''), 'NOT_A_RECORD', 4],
    ['windows line ends', LINES.join('').replaceAll('\n', '\r\n'), 'NOT_A_RECORD', 1],
    ['a byte order mark', `\ufeff${LINES.join('')}`, 'NOT_A_RECORD', 1],
    ['a replaced record', replaced().join(''), 'CHAIN', 4],
    ['a record after the end', after().join(''), 'AFTER_END', 3],
  ];
  test.each(cases)('%s', (_name, log, fault, line) => {
    expect(faultOf(log)).toEqual([fault, line]);
    expect(verify(log).firstBad?.reason).toMatch(new RegExp(`^line ${line}: \\w`));
  });

  test('bytes that are not UTF-8', () => {
    const bytes = Buffer.from(LINES.join(''));
    bytes[bytes.indexOf('cancel')] = 0xff;
    expect(faultOf(bytes)).toEqual(['NOT_UTF8', 5]);
  });

  test('a body whose hash is right but whose form is not', () => {
    const forms = ['{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '{"a":1.5}', '{"a":1e2}', '{"a"}'];
    for (const form of forms) expect(openRecord(sealed(form), sha256Hex)).toBe('NOT_CANONICAL');
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(openRecord(sealed(deep), sha256Hex)).toBe('NOT_CANONICAL');
    expect(openRecord(sealed('{}', '99999999999999999999'), sha256Hex)).toBe('NOT_CANONICAL');
    expect(openRecord(sealed('{"a":1}'), sha256Hex)).toMatchObject({ body: { a: 1 }, seq: 2 });
  });

  test('AUDIT-12 a cut at the end of a line: the log is incomplete', () => {
    const report = verify(LINES.slice(0, -1).join(''));
    expect(report).toMatchObject({ ok: true, complete: false, records: 5 });
    expect(report.lastHash).not.toBe(verify(LINES.join('')).lastHash);
  });

  test('any byte, changed to anything else', () => {
    const whole = Buffer.from(LINES.join(''));
    const at = fc.nat(whole.length - 1);
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bytes = Buffer.from(whole);
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        expect(faultOf(bytes)).toBeDefined();
      }),
      { numRuns: 1500 },
    );
  });

  test('a replacement character that would decode from other bytes', () => {
    const bytes = Buffer.from(LINES.join(''));
    const at = bytes.indexOf(Buffer.from('\ufffd'));
    bytes[at] = 0xf0;
    expect(new TextDecoder().decode(bytes)).toBe(LINES.join(''));
    expect(faultOf(bytes)).toEqual(['NOT_UTF8', 3]);
  });
});

describe('verifying in pieces', () => {
  let whole: Buffer;
  beforeAll(() => {
    whole = Buffer.from(LINES.join(''));
  });

  test('gives the same result wherever the pieces begin', () => {
    const cuts = fc.array(fc.nat(whole.length), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.boolean(), (places, damaged) => {
        const bytes = damaged ? whole.subarray(0, whole.length - 7) : whole;
        const verifier = new LogVerifier(sha256Hex);
        let from = 0;
        for (const place of [...places.sort((a, b) => a - b), bytes.length]) {
          verifier.feed(bytes.subarray(from, place));
          from = Math.max(from, place);
        }
        expect(verifier.end()).toEqual(verify(bytes));
      }),
      { numRuns: 60 },
    );
  });

  test('stops at the first bad line', () => {
    const verifier = new LogVerifier(sha256Hex);
    verifier.feed(Buffer.from('hello\n'));
    verifier.feed(whole);
    expect(verifier.end()).toMatchObject({ ok: false, records: 0, firstBad: { byte: 0 } });
  });
});

describe('AUDIT-1 canonical form', () => {
  test('is that of the protocol for whatever a record may hold', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    );
    const tree = fc.letrec<{ node: Json }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('node')), fields(tie('node'))),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        const text = canonicalBody(value);
        expect(text).toBe(canonicalJson(value));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  test('leaves out what is undefined and mends lone surrogates', () => {
    const body = { b: 'x\ud800', a: undefined, c: '\ud83d\ude00' } as unknown as Json;
    expect(canonicalBody(body)).toBe('{"b":"x\ufffd","c":"\ud83d\ude00"}');
    expect(() => canonicalBody((() => 1) as unknown as Json)).toThrow('type function');
  });
});

function fields(value: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), value, { noNullPrototype: true });
}

function swapped(a: number, b: number): string[] {
  return LINES.with(a, LINES[b] ?? '').with(b, LINES[a] ?? '');
}

/** A log_start that says it follows a record, sealed. */
function headless(): string {
  const fields = { seq: 1, type: 'log_start', body: {}, tMono: 0, tWall: 0, prev: '1'.repeat(64) };
  return sealRecord(fields, sha256Hex).line;
}

function rehash(line: string | undefined, h: string): string {
  return (line ?? '').replace(/"h":"[0-9a-f]{64}"/, `"h":"${h}"`);
}

/** Record 3 of another history in the place of ours: sound by itself. */
function replaced(): string[] {
  const other = chain([
    ['log_start', { desk: 'north', epoch: 1 }],
    ['order_update', BODIES[0] ?? {}],
    ['order_update', { reason: 'none' }],
    ['order_update', BODIES[2] ?? {}],
  ]);
  return LINES.with(3, other[3] ?? '');
}

function after(): string[] {
  return chain([
    ['log_start', { desk: 'north', epoch: 1 }],
    ['log_end', { records: 2 }],
    ['order_update', {}],
  ]);
}

/** A line with any body text and a right hash. */
function sealed(body: string, tMono = '5'): string {
  const tail = `,"prev":"${GENESIS}","seq":2,"tMono":${tMono},"tWall":5,"type":"x","v":1}`;
  const h = sha256Hex(`\0{"body":${body}${tail}`);
  return `{"body":${body},"h":"${h}"${tail}`;
}
