/** Schedules in a terminal, as processes, each of which takes its seconds to start: who is on call, an override made and ended, and the gaps that a ladder has. */
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { PEOPLE } from '../../sandbox/workspace/people.ts';
import { terminal } from './terminal.ts';

const File = z.looseObject({ ladder: z.looseObject({ levels: z.array(z.looseObject({})) }) });

/** One who is always on call, on the ladder; and one in which nobody is on weekdays, on no ladder at first. */
function withSchedules(yaml: string): string {
  const { ladder, ...file } = File.parse(parse(yaml));
  const always = { users: [PEOPLE.dana], rotation: 'daily', start: '2026-01-05' };
  const weekend = { days: ['saturday', 'sunday'], from: '00:00', to: '24:00' };
  return stringify({
    ...file,
    schedules: {
      primary: { timeZone: 'Asia/Karachi', layers: [always] },
      weekend: { timeZone: 'Asia/Karachi', layers: [{ ...always, only: [weekend] }] },
    },
    ladder: {
      ...ladder,
      levels: ladder.levels.with(0, { name: 'One', responders: [{ schedule: 'primary' }] }),
    },
  });
}

const { paksa, reconfigure } = terminal({ configure: withSchedules });

test('who is on call; an override is made, is seen on the ladder, and is ended', {
  timeout: 120_000,
}, async () => {
  const usual = await paksa(['oncall', 'primary']);
  expect(usual).toMatchObject({ code: 0, stdout: `primary: user ${PEOPLE.dana}\n` });

  const made = await paksa(['override', 'primary', PEOPLE.omar, 'now', '2h']);
  expect(made.stdout).toMatch(
    new RegExp(`user ${PEOPLE.omar} is on call in primary from .* to .*\\(Asia/Karachi\\)`),
  );
  expect(made.code).toBe(0);
  const { stdout } = await paksa(['oncall', 'primary']);
  expect(stdout).toMatch(
    new RegExp(
      `primary: user ${PEOPLE.omar} until .*, instead of ${PEOPLE.dana}\\n  override \\d+, made by cli:.*\\n  next: user ${PEOPLE.dana}`,
    ),
  );
  expect((await paksa(['ladder', 'check'])).stdout).toContain(`schedule primary (then user ${PEOPLE.omar})`);

  expect(await paksa(['override', 'primary', 'end'])).toMatchObject({
    code: 0,
    stdout: `the override of user ${PEOPLE.omar} in primary has ended\n`,
  });
  expect(await paksa(['oncall', 'primary'])).toEqual(usual);
  expect(await paksa(['override', 'primary', 'end'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No override is in force'),
  });
});

test('the ladder’s gaps are a warning; those of a schedule that it does not page are not', {
  timeout: 60_000,
}, async () => {
  expect(await paksa(['ladder', 'check'])).toMatchObject({
    code: 0,
    stdout: expect.not.stringContaining('!!'),
  });
  await reconfigure((yaml) => yaml.replace('schedule: primary', 'schedule: weekend'));
  const { code, stdout } = await paksa(['ladder', 'check']);
  expect(
    stdout.match(
      /!! {2}level 1, One: nobody is on call in schedule weekend from .* \(.*\) to Fri .*: make an override/g,
    )?.length,
  ).toBe(1);
  expect(stdout).not.toContain('in schedule primary');
  expect(code).toBe(1);
});

test.each([
  [['oncall', 'primry'], 64, 'Did you mean “primary”?'],
  [['oncall', 'primary', 'now'], 64, 'one word too many'],
  [['override', 'primary'], 64, 'who is to be on call'],
  [['override', 'primary', 'dana'], 2, 'Give a user’s id'],
  [['override', 'primary', PEOPLE.omar, 'tomorrow'], 2, '“tomorrow” is no moment'],
  [['override', 'primary', PEOPLE.omar], 2, 'say until when'],
])('%j: %d', async (args, code, words) => {
  expect(await paksa(args)).toMatchObject({ code, stderr: expect.stringContaining(words) });
});
