/** What people type, on phones and half asleep. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePoints } from '../../sandbox/workspace/fields.ts';
import { catalog } from '../../src/runbook/define.ts';
import { parse } from '../../src/slack/parse.ts';
import { runbook } from './sample-runbook.ts';

const topics = catalog(['ssl', 'slow-queries', 'high-cpu'].map((topic) => runbook(topic)));
const diagnose = (topic: string, environment?: string) => ({
  command: 'diagnose',
  topic,
  ...(environment === undefined ? {} : { environment }),
});

describe('a diagnosis', () => {
  test.each([
    'diagnose ssl',
    'ssl',
    '  diagnose   ssl  ',
    `${' '.repeat(2000)}diagnose ssl`,
    'DIAGNOSE SSL',
    'Diagnose Ssl',
    '"diagnose ssl"',
    'diagnose "ssl"',
    "diagnose 'ssl'",
    'diagnose `ssl`',
    'diagnose “ssl”',
    'diagnose ‘ssl’',
    'diagnose «ssl»',
    'diagnose „ssl“',
    'diagnose ‹ ssl ›',
    'diagnose\u00a0ssl',
    'diagnose\u202fssl',
    'diagnose\tssl\n',
    'ｄｉａｇｎｏｓｅ ｓｓｌ',
  ])('%j', (text) => {
    expect(parse(text, topics)).toEqual(diagnose('ssl'));
  });

  test.each(['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212'])(
    'with “%s” for a hyphen',
    (hyphen) => {
      expect(parse(`diagnose slow${hyphen}queries`, topics)).toEqual(diagnose('slow-queries'));
    },
  );
});

describe('an environment', () => {
  test.each([
    'diagnose ssl --env production',
    'diagnose ssl --env=production',
    'diagnose ssl --ENV Production',
    'diagnose ssl “--env production”',
    'diagnose ssl production',
    'ssl production',
    'ssl --env production',
    'diagnose --env production ssl',
    'diagnose --env=production ssl',
    // A phone makes one dash of two hyphens.
    'diagnose ssl —env production',
    'diagnose ssl –env=production',
    'diagnose ssl -env production',
  ])('%s', (text) => {
    expect(parse(text, topics)).toEqual(diagnose('ssl', 'production'));
  });

  test.each(['diagnose ssl --env', 'diagnose ssl --env='])('%s: the default one', (text) => {
    expect(parse(text, topics)).toEqual(diagnose('ssl'));
  });
});

test.each([
  ['diagnose all', {}],
  ['Diagnose ALL', {}],
  ['diagnose all --env staging', { environment: 'staging' }],
  ['diagnose all staging', { environment: 'staging' }],
])('%j is everything at once', (text, where) => {
  expect(parse(text, topics)).toEqual({ command: 'survey', ...where });
});

test.each([
  ['', 'help'],
  ['   \n ', 'help'],
  ['help', 'help'],
  ['HELP', 'help'],
  ['“help”', 'help'],
  ['help me', 'help'],
  ['status', 'status'],
  [' Status ', 'status'],
])('%j is %s', (text, command) => {
  expect(parse(text, topics)).toEqual({ command });
});

describe('what is not understood', () => {
  test('without a topic lists them all', () => {
    expect(parse('diagnose', topics)).toEqual({
      command: 'unknown',
      said: expect.stringContaining('Diagnose what?'),
      nearest: ['ssl', 'slow-queries', 'high-cpu'],
    });
  });

  test.each([
    ['diagnose slow-querys', 'slow-queries', '/paksa diagnose slow-queries'],
    ['diagnose slow', 'slow-queries', '/paksa diagnose slow-queries'],
    ['diagnose cpu', 'high-cpu', '/paksa diagnose high-cpu'],
    ['diagnose tls', 'ssl', '/paksa diagnose ssl'],
    ['sll', 'ssl', '/paksa diagnose ssl'],
    ['high_cpu', 'high-cpu', '/paksa diagnose high-cpu'],
    ['diagnos ssl', 'ssl', '/paksa diagnose ssl'],
    ['diagnoze high-cpu', 'high-cpu', '/paksa diagnose high-cpu'],
    ['staus', undefined, '/paksa status'],
    ['hepl', undefined, '/paksa help'],
  ])('%s: %s first, and “%s” is asked', (text, nearest, hint) => {
    const command = parse(text, topics);
    expect(command).toMatchObject({ command: 'unknown', said: expect.stringContaining(`“${hint}”`) });
    if (nearest !== undefined) expect(command).toHaveProperty('nearest[0]', nearest);
  });

  test.each(['__proto__', 'constructor', 'toString'])('%s is not a topic', (word) => {
    expect(parse(word, topics)).toMatchObject({ command: 'unknown' });
    expect(parse(`diagnose ${word}`, topics)).toMatchObject({ command: 'unknown' });
  });

  test.each(['x', 'ﷺ', '\ud83d', '<!channel> '])(
    'a megabyte of %j is answered shortly, with the hint',
    (piece) => {
      const started = performance.now();
      const command = parse(piece.repeat(1_000_000 / piece.length), topics);
      expect(performance.now() - started).toBeLessThan(500);
      if (command.command !== 'unknown') throw new Error(`it was taken for ${command.command}`);
      expect(codePoints(command.said)).toBeLessThan(200);
      expect(command.said).toContain('Did you mean');
      expect(command.said.isWellFormed()).toBe(true);
    },
  );
});

test('whatever is typed, it is one of those, and a topic is one that there is', () => {
  const word = fc.constantFrom(
    'diagnose',
    'ssl',
    'help',
    'status',
    '--env',
    '--env=',
    '—env',
    '“',
    '”',
    '-',
    '\n',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(word, fc.string({ unit: 'grapheme' }))).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const command = parse(typed, topics);
      switch (command.command) {
        case 'help':
        case 'status':
          expect(command).toEqual({ command: command.command });
          break;
        case 'emergencies':
        case 'procedures':
        case 'start':
          // Of these runbooks none has any: parse-procedure.test.ts.
          expect(command.command).not.toBe('start');
          break;
        case 'survey':
          expect(command.environment).not.toBe('');
          break;
        case 'diagnose':
          expect(topics.has(command.topic)).toBe(true);
          expect(command.environment).not.toBe('');
          break;
        case 'unknown':
          expect(command.said).not.toBe('');
          expect([...command.nearest].sort()).toEqual([...topics.keys()].sort());
      }
    }),
    { numRuns: 1000 },
  );
});
