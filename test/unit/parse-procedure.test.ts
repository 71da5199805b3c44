/** `/paksa emergency …` and `/paksa procedure …`, as they are typed in the worst moment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/runbook/define.ts';
import { person } from '../../src/runbook/procedure.ts';
import { parse } from '../../src/slack/parse.ts';
import { runbook } from './sample-runbook.ts';

const steps = { tell: person('Tell people', ['Call']) };
const topics = catalog([
  runbook('ssl'),
  runbook('slow-queries', { procedures: { 'manual-fix': { title: 'Fix it by hand', steps } } }),
  runbook('system-down', { procedures: { down: { title: 'System down', steps } }, emergency: 'down' }),
  runbook('data-loss', {
    procedures: { loss: { title: 'Data loss', steps }, restore: { title: 'Restore', steps } },
    emergency: 'loss',
  }),
]);

describe('an emergency', () => {
  test.each([
    'emergency system-down',
    'EMERGENCY System Down',
    'emergency system down',
    'emergency “system-down”',
    'emergency system–down',
  ])('%s', (text) => {
    expect(parse(text, topics)).toEqual({ command: 'start', topic: 'system-down' });
  });

  test.each([
    'emergency system-down --env lab',
    'emergency system-down lab',
    'emergency system down lab',
    'emergency --env=lab system down',
    'emergency system-down —env lab',
  ])('with an environment: %s', (text) => {
    expect(parse(text, topics)).toEqual({ command: 'start', topic: 'system-down', environment: 'lab' });
  });

  test('without a name lists them', () => {
    expect(parse('emergency', topics)).toEqual({ command: 'emergencies' });
  });

  test.each([
    ['emergency sytem-down', 'system-down'],
    ['emergency down', 'system-down'],
    ['emergency data', 'data-loss'],
    ['emergency ssl', ''],
  ])('%s: the nearest is asked', (text, nearest) => {
    const said = expect.stringMatching(`^There is no emergency .*Did you mean “/paksa emergency ${nearest}`);
    expect(parse(text, topics)).toEqual({ command: 'emergencies', said });
  });

  test('where there is none, it is said', () => {
    expect(parse('emergency system-down', catalog([runbook('ssl')]))).toEqual({
      command: 'emergencies',
      said: 'There is no emergency “system-down”.',
    });
  });

  test.each(['emergncy system-down', 'emergenzy'])('%s is asked after', (text) => {
    expect(parse(text, topics)).toMatchObject({ said: expect.stringContaining('“/paksa emergency”') });
  });
});

describe('a procedure', () => {
  test.each([
    ['procedure slow-queries manual-fix', {}],
    ['Procedure slow-queries manual fix', {}],
    ['procedure slow-queries manual-fix --env lab', { environment: 'lab' }],
    ['procedure slow-queries manual fix lab', { environment: 'lab' }],
  ])('%s', (text, where) => {
    expect(parse(text, topics)).toEqual({
      command: 'start',
      topic: 'slow-queries',
      procedure: 'manual-fix',
      ...where,
    });
  });

  test.each([
    ['procedure', undefined],
    ['procedure slow-queries', 'Which procedure? Did you mean “/paksa procedure slow-queries manual-fix”?'],
    [
      'procedure slow-queries manuel-fix',
      'has no procedure “manuel-fix”. Did you mean “/paksa procedure slow-queries manual-fix”?',
    ],
    ['procedure ssl renew', 'The topic “ssl” has no procedure.'],
    ['procedure data-lose restore', 'Did you mean “/paksa procedure data-loss”?'],
  ])('%s lists them', (text, said) => {
    expect(parse(text, topics)).toEqual({
      command: 'procedures',
      ...(said === undefined ? {} : { said: expect.stringContaining(said) }),
    });
  });

  test.each(['__proto__', 'constructor', 'toString'])('%s is none', (word) => {
    for (const text of [`emergency ${word}`, `procedure ${word} x`, `procedure data-loss ${word}`])
      expect(parse(text, topics).command).not.toBe('start');
  });
});

test('whatever is typed after them, what is started is there', () => {
  const word = fc.constantFrom(
    'system',
    'down',
    'system-down',
    'data-loss',
    'restore',
    'slow-queries',
    '--env',
    '“',
  );
  const text = fc.array(fc.oneof(word, fc.string({ unit: 'grapheme' }))).map((words) => words.join(' '));
  fc.assert(
    fc.property(fc.constantFrom('emergency', 'procedure'), text, (first, rest) => {
      const command = parse(`${first} ${rest}`, topics);
      if (command.command !== 'start') return;
      const { procedures = {}, emergency } = topics.get(command.topic) ?? {};
      expect(Object.keys(procedures)).toContain(command.procedure ?? emergency);
      expect(command.environment).not.toBe('');
    }),
  );
});
