/** What people name, and the nearest to it where it is not there. */
import { describe, expect, test } from 'vitest';
import {
  emergencyOf,
  environmentOf,
  fixOf,
  procedureOf,
  refuseUnknownFixes,
  runbookOf,
} from '../../src/engine/lookup.ts';
import { UserError } from '../../src/errors.ts';
import { check } from '../../src/runbook/check.ts';
import { catalog, type Runbook } from '../../src/runbook/define.ts';
import { healthy } from '../../src/runbook/finding.ts';
import { fix, irreversible } from '../../src/runbook/fix.ts';
import { person } from '../../src/runbook/procedure.ts';
import { preview } from './sample-incident.ts';

const mend = fix('Mend', {
  risk: 'low',
  touches: ['backend'],
  preview: async () => preview('now'),
  run: async () => 'mended',
  undo: irreversible('it is only a sample'),
  verifiedBy: ['look'],
});
const runbook = (topic: string, fixes: Runbook['fixes']): Runbook => ({
  topic,
  title: topic,
  symptoms: [],
  checks: { look: check('Looks', async () => healthy('fine')) },
  fixes,
});
const ssl = runbook('ssl', { renew: mend, 'restart-ingress': mend });
const steps = { tell: person('Tell people', ['Call']) };
const down: Runbook = {
  ...runbook('system-down', {}),
  procedures: { down: { title: 'System down', steps }, restore: { title: 'Restore', steps } },
  emergency: 'down',
};
const topics = catalog([ssl, runbook('slow-queries', {}), down]);

const estate = (...environments: readonly string[]) => ({
  environments,
  target: (environment: string) => ({ environment }),
  probes: () => expect.fail('nothing is looked at to find a name'),
  actuators: () => expect.fail('nothing is changed to find a name'),
  ladders: () => expect.fail('nobody is paged to find a name'),
  policy: () => expect.fail('nobody is paged to find a name'),
});

test('a topic that is there', () => expect(runbookOf(topics, 'ssl')).toBe(ssl));
test('a fix that is there', () => expect(fixOf(ssl, 'renew')).toBe(mend));

test('a procedure that is there, or the emergency', () => {
  expect(procedureOf(down, 'restore')).toBe('restore');
  expect(procedureOf(down, undefined)).toBe('down');
  expect(emergencyOf(topics, 'system-down')).toBe(down);
});

describe('an environment', () => {
  test('that is there', () => expect(environmentOf(estate('production', 'lab'), 'lab')).toBe('lab'));
  test('that nobody named is the first', () => {
    expect(environmentOf(estate('production', 'lab'), undefined)).toBe('production');
  });
});

const WRONG: readonly (readonly [string, () => unknown, string])[] = [
  [
    'a topic',
    () => runbookOf(topics, 'slow-query'),
    'There is no topic “slow-query”. Did you mean “slow-queries”?',
  ],
  ['a topic, of none', () => runbookOf(new Map(), 'ssl'), 'There is no topic “ssl”.'],
  ['a fix', () => fixOf(ssl, 'renw'), 'The topic “ssl” has no fix “renw”. Did you mean “renew”?'],
  ['a fix, of none', () => fixOf(runbook('bare', {}), 'renew'), 'The topic “bare” has no fix “renew”.'],
  [
    'a fix that every object has',
    () => fixOf(ssl, 'constructor'),
    'The topic “ssl” has no fix “constructor”.',
  ],
  [
    'a procedure',
    () => procedureOf(down, 'restor'),
    'The topic “system-down” has no procedure “restor”. Did you mean “restore”?',
  ],
  [
    'a procedure, of none',
    () => procedureOf(ssl, 'toString'),
    'The topic “ssl” has no procedure “toString”.',
  ],
  ['the emergency, of none', () => procedureOf(ssl, undefined), 'The topic “ssl” is not an emergency.'],
  [
    'an emergency',
    () => emergencyOf(topics, 'ssl'),
    'There is no emergency “ssl”. Did you mean “system-down”?',
  ],
  [
    'an environment',
    () => environmentOf(estate('production', 'lab'), 'prodution'),
    'There is no environment “prodution”. Did you mean “production”?',
  ],
  [
    'an environment, of none',
    () => environmentOf(estate(), 'lab'),
    'No environment is configured: add one under “environments” in paksa.yaml.',
  ],
];
test.each(WRONG)('%s that is not there names the nearest', (_, find, says) => {
  expect(find).toThrow(UserError);
  expect(find).toThrow(says);
});

test('a role for a fix that there is not is refused, with the nearest of its topics', () => {
  const of = (...names: readonly string[]) => ({ topics: names });
  const grant = { role: 'approver', who: { kind: 'user', id: 'U1' }, fixes: ['renw'] } as const;
  expect(() => refuseUnknownFixes(topics, [grant])).toThrow('has a fix “renw”. Did you mean “renew”?');
  expect(() => refuseUnknownFixes(topics, [{ ...grant, ...of('slow-queries'), fixes: ['renew'] }])).toThrow(
    'has a fix “renew”.',
  );
  expect(() => refuseUnknownFixes(topics, [{ ...grant, ...of('slw') }])).toThrow(UserError);
  refuseUnknownFixes(topics, [
    { ...grant, fixes: ['renew'] },
    { ...grant, ...of('ssl'), fixes: ['restart-ingress'] },
  ]);
});
