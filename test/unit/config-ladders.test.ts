/** Named ladders, the rules that choose among them, and business hours: what they become, and what is refused. */
import { expect, test } from 'vitest';
import { createEstate } from '../../src/estate.ts';
import { load, MINIMAL, problems } from './written-config.ts';

const LADDER = (id: string) => `{ levels: [{ name: One, responders: [{ user: ${id} }] }] }`;
const RIGHT = `${MINIMAL}
ladder: ${LADDER('U1')}
ladders: { office: ${LADDER('UOFFICE')}, night: ${LADDER('UNIGHT')} }
businessHours: { timeZone: Europe/Berlin, except: ['2026-12-25'] }
ladderRules:
  - { hours: business, ladder: office }
  - { severity: critical, topic: ssl, ladder: night }
`;

test('an incident is given the ladder that the first rule chooses', async () => {
  const { environments } = load(RIGHT);
  expect(environments[0].ladders.businessHours).toEqual({
    timeZone: 'Europe/Berlin',
    days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    from: '09:00',
    to: '17:00',
    except: ['2026-12-25'],
  });
  const estate = createEstate(environments);
  const given = (severity: 'critical' | 'warning', topic: string, at: string) => {
    const { ladder, escalation } = estate.policy('production', { severity, topic, at: Date.parse(at) });
    return [ladder, escalation.levels[0]?.responders[0]?.id];
  };
  expect(given('warning', 'ssl', '2026-11-30T10:00Z')).toEqual(['office', 'UOFFICE']);
  expect(given('critical', 'ssl', '2026-11-30T02:00Z')).toEqual(['night', 'UNIGHT']);
  expect(given('warning', 'ssl', '2026-11-30T02:00Z')).toEqual([undefined, 'U1']);
  expect(estate.policy('production').escalation.levels[0]?.responders[0]?.id).toBe('U1');
  await estate.close();
});

test('rules of an environment are in place of all of them; with a ladder of its own alone it has none', () => {
  const own = RIGHT.replace('tls:', 'ladderRules: [{ ladder: night }], tls:');
  expect(load(own).environments[0].ladders.rules).toEqual([{ ladder: 'night' }]);
  const alone = RIGHT.replace('tls:', `ladder: ${LADDER('U2')}, tls:`);
  expect(load(alone).environments[0].ladders).toMatchObject({
    rules: [],
    default: { levels: [{ responders: [{ id: 'U2' }] }] },
  });
  expect(load(MINIMAL).environments[0].ladders).toMatchObject({ rules: [] });
});

test.each([
  ['a slip', 'ladder: night }', 'ladder: nigth }', 'ladderRules[1].ladder', /did you mean night\?/],
  ['no such hours', /businessHours.*\n/, '', 'ladderRules[0].hours', 'needs businessHours: add them'],
  ['hours of which there are none', 'hours: business', 'hours: night', 'ladderRules[0].hours', /business or/],
  [
    'a rule after one that always decides',
    '{ hours: business, ladder: office }',
    '{ ladder: office }',
    'ladderRules[1]',
    /never decides/,
  ],
  ['nobody to page', '[{ user: UNIGHT }]', '[]', 'ladders.night.levels', /^has nobody to page/],
  ['a name that is taken', '{ office:', '{ default:', 'ladders.default', /is the name of the ladder under/],
  [
    'a schedule that is not there',
    '{ user: UNIGHT }',
    '{ schedule: none }',
    /^ladders\.night/,
    /names “none”/,
  ],
  [
    'a pager that is not there',
    'name: One, resp',
    'name: One, pagers: [sms], resp',
    /^ladder/,
    /is no pager/,
  ],
  ['a holiday that is no day', '2026-12-25', '2026-02-30', 'businessHours.except[0]', /must be a day/],
  ['a zone that is none', 'Europe/Berlin', 'Europe/Berln', 'businessHours.timeZone', /Europe\/Berlin\?/],
])('%s is refused', (_, right, wrong, path, message) => {
  const found = Object.entries(problems(RIGHT.replace(right, wrong)));
  expect(found.map(([at]) => at)).toContainEqual(
    typeof path === 'string' ? path : expect.stringMatching(path),
  );
  expect(found.map(([, said]) => said)).toContainEqual(
    typeof message === 'string' ? message : expect.stringMatching(message),
  );
});
