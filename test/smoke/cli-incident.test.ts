/** Incidents and silences in a terminal, as processes: what is typed there is recorded like a click, and refused with what would be right. */
import { beforeAll, expect, test } from 'vitest';
import { terminal } from './terminal.ts';

const LONG = { timeout: 120_000 };

const { paksa, inject } = terminal({
  configure: (yaml) => yaml.replace('firstPageAfter: 1m', 'firstPageAfter: 1h'),
});

/** What is broken is found by asking for its fix, which nobody agrees to. */
const openIncident = async (): Promise<void> => {
  await inject('expired');
  await paksa(['fix', 'ssl', 'renew'], { stdin: 'n\n' });
};
beforeAll(openIncident);

test(
  'shown, answered, noted, resolved and opened again; and its postmortem has all of it',
  LONG,
  async () => {
    expect(await paksa(['incident', 'inc-1'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^INC-1 {2}SSL certificate issues \(sandbox, critical\)[\s\S]*nobody has acknowledged it; the ladder goes on at/,
      ),
    });
    expect(await paksa(['incident', 'INC-1', 'ack'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/acknowledged by cli:\S+: the ladder is stopped/),
    });
    const again = await paksa(['incident', 'INC-1', 'ack']);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/cli:/) });
    expect((await paksa(['incident', 'INC-1', 'note', 'the', 'proxy', 'was', 'renewed'])).code).toBe(0);
    expect((await paksa(['incident', 'INC-1', 'snooze', '1h'])).stdout).toMatch(/snoozed by cli:\S+ until/);
    expect((await paksa(['incident', 'INC-1', 'resolve'])).stdout).toMatch(/resolved by cli:/);
    expect((await paksa(['incident', 'INC-1'])).code).toBe(0);
    expect((await paksa(['incident', 'INC-1', 'reopen', 'it', 'is', 'back'])).stdout).toContain(
      'nobody has acknowledged it',
    );
    const { code, stdout } = await paksa(['postmortem', 'INC-1']);
    expect(stdout).toMatch(/^# /);
    for (const words of ['the proxy was renewed', 'it is back', 'expired on'])
      expect(stdout).toContain(words);
    expect(code).toBe(0);
  },
);

test('what was done is in the audit log: found, whole, and exported', LONG, async () => {
  const found = await paksa(['audit', 'inc-1', 'note']);
  expect(found).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/cli:\S+ +INC-1 +noted, the proxy was renewed/),
  });
  const verified = await paksa(['audit', 'verify']);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('The audit log is whole') });
  const [, anchor = ''] = /The last one is (\S+)/.exec(verified.stdout) ?? [];
  expect((await paksa(['audit', 'verify', anchor])).code).toBe(0);
  const forged = await paksa(['audit', 'verify', anchor.replace(/.{8}$/, '00000000')]);
  expect(forged).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('not the one that you have kept'),
  });
  const lines = (await paksa(['audit', 'export'])).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).seq)).toEqual(lines.map((_, index) => index + 1));
  expect(anchor).toBe(`${lines.length}:${JSON.parse(lines.at(-1) ?? '').hash}`);
});

test('a silence of what is open is made once it is meant, is listed, and is ended', LONG, async () => {
  expect(await paksa(['silences'])).toMatchObject({
    code: 0,
    stdout: 'Nothing is silenced, now or later.\n',
  });
  const asked = ['silence', 'ssl', 'for', '2h', 'because', 'the', 'proxy', 'moves'];
  expect(await paksa(asked)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/silence what is open[\s\S]*INC-1[\s\S]*--yes/),
  });
  const made = await paksa([...asked, '--yes']);
  expect(made).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/nobody is paged for ssl in sandbox from .* to/),
  });
  const [, number = ''] = /silence (\S+):/.exec(made.stdout) ?? [];
  expect((await paksa(['silences'])).stdout).toMatch(/ssl in sandbox until .*: the proxy moves \(cli:/);
  expect(await paksa(['unsilence', number])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('has ended'),
  });
  expect(await paksa(['unsilence', number])).toMatchObject({ code: 2 });
});

test.each([
  [['incident'], 64, 'Which incident? Write INC-12.'],
  [['incident', 'the-first'], 64, '“the-first” is no incident'],
  [['incident', 'INC-99'], 2, 'There is no incident INC-99'],
  [['incident', 'INC-1', 'dance'], 2, '“dance” is nothing that can be done with an incident'],
  [['incident', 'INC-1', 'snooze'], 2, 'Until when?'],
  [['postmortem', 'INC-99'], 2, 'INC-99'],
  [['silence', 'ssl', 'for', '2h'], 2, 'Why? Add “because …”'],
  [['silence', 'ssl', 'because', 'x'], 2, 'Until when?'],
  [['audit', 'verify', '12'], 64, 'a number, a colon and a hash'],
  [['unsilence'], 64, 'paksa silences lists them'],
  [['unsilence', '77'], 2, '77'],
])('%j: %d', async (args, code, words) => {
  const told = await paksa(args);
  expect(told).toMatchObject({ code, stderr: expect.stringContaining(words) });
  expect(told.stderr).not.toMatch(/\n\s+at /);
});
