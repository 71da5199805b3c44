/** Runbooks: what is refused at start, and what many findings come to. */
import { describe, expect, test } from 'vitest';
import { check } from '../../src/runbook/check.ts';
import { catalog, defineRunbook, type Runbook } from '../../src/runbook/define.ts';
import {
  type FindingStatus,
  healthy,
  inconclusive,
  overall,
  problem,
  worstSeverity,
} from '../../src/runbook/finding.ts';
import { fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import { finding, preview } from './sample-incident.ts';

const LOOK = check('Looks', async () => healthy('fine'));
const mend = (...verifiedBy: readonly string[]) =>
  fix('Mend', {
    risk: 'low',
    touches: ['backend'],
    preview: async () => preview('now'),
    run: async () => 'mended',
    undo: irreversible('it is only a sample'),
    verifiedBy,
  });

const runbook = (of: Partial<Runbook> = {}): Runbook => ({
  topic: 'sample',
  title: 'A sample',
  symptoms: [],
  checks: { look: LOOK },
  fixes: { mend: mend('look') },
  ...of,
});

describe('defining a runbook', () => {
  test('gives back what fits together', () => {
    const whole = runbook();
    expect(defineRunbook(whole)).toBe(whole);
  });

  test.each([
    ['an empty topic', { topic: '' }, 'lower-case letters'],
    ['a topic in capitals', { topic: 'SSL' }, 'lower-case letters'],
    ['a topic of two words', { topic: 'slow queries' }, 'lower-case letters'],
    ['a topic that begins with a digit', { topic: '2fa' }, 'lower-case letters'],
    ['a topic too long for a button', { topic: 'a'.repeat(42) }, 'lower-case letters'],
    ['no checks', { checks: {}, fixes: {} }, 'has no checks'],
    ['a check’s name that a button cannot carry', { checks: { 'look:now': LOOK }, fixes: {} }, '“look:now”'],
    ['a fix’s name that a button cannot carry', { fixes: { Mend: mend('look') } }, '“Mend”'],
    ['a fix that nothing verifies', { fixes: { mend: mend() } }, 'fix mend is verified by nothing'],
    [
      'a fix that is verified by what is not there',
      { fixes: { mend: mend('look', 'see') } },
      'verified by see, which is not a check',
    ],
    [
      'a fix that is verified by what every object has',
      { fixes: { mend: mend('constructor') } },
      'verified by constructor, which is not a check',
    ],
  ])('refuses %s, naming the topic', (_, of, why) => {
    const wrong = runbook(of);
    expect(() => defineRunbook(wrong)).toThrow(`runbook ${wrong.topic}: `);
    expect(() => defineRunbook(wrong)).toThrow(why);
  });
});

describe('the catalog', () => {
  test('keeps the list’s order', () => {
    const topics = catalog([runbook({ topic: 'zebra' }), runbook({ topic: 'ant' })]);
    expect([...topics.keys()]).toEqual(['zebra', 'ant']);
  });

  test('refuses a topic named twice', () => {
    expect(() => catalog([runbook(), runbook({ topic: 'other' }), runbook()])).toThrow(
      'topic sample is listed twice',
    );
  });
});

describe('a part of a runbook', () => {
  test('a check looks for ten seconds at most and skips nothing, unless it says otherwise', () => {
    expect(LOOK.timeoutSeconds).toBe(10);
    expect(LOOK.skip({ environment: 'production' })).toBeUndefined();
    const slow = check('Slow', async () => healthy('fine'), { timeoutSeconds: 60, skip: () => 'not here' });
    expect(slow).toMatchObject({ timeoutSeconds: 60 });
    expect(slow.skip({ environment: 'production' })).toBe('not here');
  });

  test('a fix runs for two minutes at most and can be used anywhere, unless it says otherwise', () => {
    expect(mend('look')).toMatchObject({ title: 'Mend', timeoutSeconds: 120 });
    expect(mend('look').unavailable({ environment: 'production' })).toBeUndefined();
  });

  test('an undo reads its data back before anything is touched', async () => {
    const touched: string[] = [];
    const undo = undoWith({
      title: 'Put it back',
      capture: async () => 'copy',
      parse: (data) => {
        if (typeof data !== 'string') throw new Error('not a copy');
        return data;
      },
      apply: async (_, copy) => {
        touched.push(copy);
        return 'back';
      },
      isBack: async (_, copy) => touched.includes(copy),
    });
    if (!undo.reversible) throw new Error('it says it is reversible');
    const context = Object.create(null);
    await expect(async () => undo.apply(context, { copy: 1 })).rejects.toThrow('not a copy');
    await expect(async () => undo.isBack(context, 7)).rejects.toThrow('not a copy');
    expect(touched).toEqual([]);
    expect(await undo.apply(context, 'copy')).toBe('back');
    expect(await undo.isBack(context, 'copy')).toBe(true);
  });
});

describe('verdicts', () => {
  test('a problem is critical unless it says otherwise; nothing else has a severity or suggests a fix', () => {
    expect(problem('broken')).toEqual({
      status: 'problem',
      summary: 'broken',
      evidence: {},
      suggests: [],
      severity: 'critical',
    });
    expect(problem('soon', { severity: 'warning' }).severity).toBe('warning');
    for (const verdict of [healthy('fine'), inconclusive('could not look')]) {
      expect(verdict).not.toHaveProperty('severity');
      expect(verdict.suggests).toEqual([]);
    }
  });

  const OVERALL: readonly (readonly [readonly FindingStatus[], FindingStatus])[] = [
    [[], 'inconclusive'],
    [['healthy'], 'healthy'],
    [['healthy', 'healthy'], 'healthy'],
    [['healthy', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'problem'], 'problem'],
    [['healthy', 'problem', 'healthy'], 'problem'],
  ];
  test.each(OVERALL)('%j come to %s', (statuses, status) => {
    expect(overall(statuses.map((of) => ({ status: of })))).toBe(status);
  });

  test('the worst of the problems says how severe it is', () => {
    const warning = { ...finding('a', 'problem'), severity: 'warning' as const };
    expect(worstSeverity([])).toBe('warning');
    expect(worstSeverity([warning, finding('b', 'healthy')])).toBe('warning');
    expect(worstSeverity([warning, finding('c', 'problem')])).toBe('critical');
  });
});
