/** What is typed about one incident, with the case of what is said kept. */
import { expect, test } from 'vitest';
import { actOf } from '../../src/engine/acts.ts';
import { parseIncident } from '../../src/slack/parse-incident.ts';

test.each([
  ['incident INC-12', 'INC-12', { act: 'show' }],
  ['inc-12', 'INC-12', { act: 'show' }],
  ['Incident inc-12 ack', 'INC-12', { act: 'acknowledge' }],
  ['ack INC-12', 'INC-12', { act: 'acknowledge' }],
  ['incident INC-12 snooze for 1H', 'INC-12', { act: 'snooze', moments: ['1h'] }],
  ['snooze INC-12 until 09:00', 'INC-12', { act: 'snooze', moments: ['until', '09:00'] }],
  ['incident INC-12 assign <@U012AB3CD|dana>', 'INC-12', { act: 'assign', to: 'U012AB3CD' }],
  ['reassign INC-12 to U012AB3CD', 'INC-12', { act: 'assign', to: 'U012AB3CD' }],
  ['note INC-12  The Vendor is called', 'INC-12', { act: 'note', text: 'The Vendor is called' }],
  ['note It began at 9', undefined, { act: 'note', text: 'It began at 9' }],
  ['merge INC-12 into inc-11', 'INC-12', { act: 'merge', into: 'INC-11' }],
  ['merge INC-11', undefined, { act: 'merge', into: 'INC-11' }],
  ['reopen INC-12 it is back', 'INC-12', { act: 'reopen', reason: 'it is back' }],
  ['postmortem INC-12', 'INC-12', { act: 'postmortem' }],
  ['resolve', undefined, { act: 'resolve' }],
])('%j', (typed, incident, act) => {
  expect(parseIncident(typed)).toEqual({ command: 'incident', ...(incident ? { incident } : {}), act });
});

test.each(['', 'diagnose ssl', 'ssl', 'status', 'notes', 'help me'])('%j is about no incident', (typed) => {
  expect(parseIncident(typed)).toBeUndefined();
});

test.each([
  'incident',
  'incident 12',
  'incident INC-1 fly',
  'incident INC-1 snooze',
  'note INC-1',
  'incident INC-1 assign dana',
  'merge INC-1 it',
  'reopen INC-1',
])('%j is answered with how it is written', (typed) => {
  const said = parseIncident(typed)?.act;
  expect(said).toMatchObject({ act: 'unclear', say: expect.stringMatching(/\S/) });
});

test('a word of the language itself is no act', () => {
  for (const word of ['constructor', '__proto__', 'toString'])
    expect(actOf(word)).toMatchObject({ act: 'unclear' });
});
