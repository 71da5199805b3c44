/** Schedules of the configuration: what they become, and what is refused. */
import { describe, expect, test } from 'vitest';
import { load, MINIMAL, problems } from './written-config.ts';

describe('of schedules', () => {
  const layer = (of: string) =>
    `{ timeZone: Europe/Berlin, layers: [{ users: [U1], rotation: daily, start: '2026-01-05', ${of} }] }`;
  const RIGHT = `${MINIMAL}\nschedules: { primary: ${layer('')} }`;

  test('becomes layers, with the usual hand-over', () => {
    expect(load(RIGHT).schedules.get('primary')).toEqual({
      name: 'primary',
      timeZone: 'Europe/Berlin',
      layers: [{ users: ['U1'], turnHours: 24, start: '2026-01-05', handover: { at: '09:00' }, only: [] }],
    });
    expect(load(MINIMAL).schedules.size).toBe(0);
  });

  test.each([
    ['weekly', 168],
    ['12h', 12],
    ['3d', 72],
  ])('%s is a turn of %d hours', (written, hours) => {
    const [first] = load(RIGHT.replace('daily', written)).schedules.get('primary')?.layers ?? [];
    expect(first?.turnHours).toBe(hours);
  });

  test.each([
    ['a zone that is none', RIGHT.replace('Berlin', 'Berln'), 'timeZone', /did you mean Europe\/Berlin\?/],
    ['an offset for a zone', RIGHT.replace('Europe/Berlin', '"+01:00"'), 'timeZone', /by its name/],
    ['a day that is none', RIGHT.replace('01-05', '02-30'), 'layers[0].start', /must be a day/],
    ['a turn of nothing', RIGHT.replace('daily', '0h'), 'layers[0].rotation', /daily, weekly, or/],
    ['a turn in words', RIGHT.replace('daily', 'often'), 'layers[0].rotation', /daily, weekly, or/],
    ['nobody', RIGHT.replace('[U1]', '[]'), 'layers[0].users', /at least one user/],
    [
      'a weekday for days',
      RIGHT.replace("'2026-01-05',", "'2026-01-05', handover: { on: monday }"),
      'layers[0].handover.on',
      /turns of whole weeks/,
    ],
    [
      'a time that is none',
      RIGHT.replace("'2026-01-05',", "'2026-01-05', only: [{ from: '25:00', to: '24:00' }]"),
      'layers[0].only[0].from',
      /a time of day in quotes/,
    ],
  ])('%s', (_, yaml, path, message) => {
    expect(problems(yaml)[`schedules.primary.${path}`]).toMatch(message);
  });

  test.each([
    ['primry', RIGHT, 'names “primry”, which is not among the schedules: did you mean primary?'],
    ['primary', MINIMAL, 'names “primary”, which is not among the schedules: add it there'],
  ])('a ladder that names “%s”', (name, yaml, message) => {
    const ladder = `{ levels: [{ name: One, responders: [{ user: U1 }, { schedule: ${name} }] }] }`;
    expect(problems(`${yaml}\nladder: ${ladder}`)).toEqual({
      'ladder.levels[0].responders[1].schedule': message,
    });
    const ofEnvironment = yaml.replace('tls:', `ladder: ${ladder}, tls:`);
    expect(problems(ofEnvironment)).toEqual({
      'environments.production.ladder.levels[0].responders[1].schedule': message,
    });
  });
});
