/** Fixes in the terminal's Paksa, as a process: only what was agreed to is changed, and it is said what came of it. */
import { describe, expect, test } from 'vitest';
import { NO_DATABASE, terminal } from './terminal.ts';

const { paksa, unreachable, inject, state, served } = terminal();

describe('fix', () => {
  test('on a healthy stack there is nothing to do: 0, and a sentence', async () => {
    const { code, stdout, stderr } = await paksa(['fix', 'ssl', 'renew', '--yes']);
    expect(stdout).toContain('Nothing to fix: “ssl” shows no problem.');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('on a stack that cannot be reached: 2, and nobody says that it is well', async () => {
    const { code, stdout, stderr } = await paksa(['fix', 'ssl', 'renew', '--yes'], {
      env: await unreachable(),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('could not be looked at');
    expect(`${stdout}${stderr}`).not.toContain('no problem');
  });

  test.each([
    ['no', 'n\n'],
    ['nothing but Enter', '\n'],
    ['something else', 'yesterday\n'],
    ['nothing at all: the terminal is gone', ''],
  ])('answered with %s, it changes nothing: 1', async (_, stdin) => {
    await inject('expired');
    const before = await served();
    const { code, stdout } = await paksa(['fix', 'ssl', 'renew'], { stdin });
    expect(stdout).toMatch(/Valid until: .* -> 90 days from now/);
    expect(stdout).toContain('Nothing was changed.');
    expect(code).toBe(1);
    expect(await served()).toBe(before);
  });

  test('what this target lacks is said, and nothing is changed', async () => {
    await inject('expired');
    const before = await served();
    const { code, stderr } = await paksa(['fix', 'ssl', 'update-secret', '--yes']);
    expect(stderr).toContain('no cluster configured');
    expect(code).not.toBe(0);
    expect(await served()).toBe(before);
  });

  test('that does not help: 1, and it is said that the next level is paged', async () => {
    await inject('expired');
    await inject('renewal-fails');
    const { code, stdout } = await paksa(['fix', 'ssl', 'renew', '--yes']);
    expect(stdout).toMatch(/did not help.*next level/s);
    expect(code).toBe(1);
  });

  test('agreed to: it shows the change, makes it, verifies it, and is healthy afterwards', async () => {
    await inject('expired');
    const { code, stdout, stderr } = await paksa(['fix', 'ssl', 'renew'], { stdin: 'Y\n' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /INC-\d+ {2}Renew the certificate[\s\S]*Serial: .* -> a new one[\s\S]*Done and verified/,
    );
    expect(await paksa(['diagnose', 'ssl'])).toMatchObject({ code: 0 });
  });

  test('--yes asks nothing', async () => {
    await inject('wrong-name');
    const { code, stdout } = await paksa(['fix', 'ssl', 'renew', '--yes']);
    expect(stdout).not.toContain('Run it?');
    expect(code).toBe(0);
    expect(await state()).toMatchObject({ healthy: true });
  });

  test('without its database: a sentence, not a stack trace', async () => {
    const { code, stderr } = await paksa(['fix', 'ssl', 'renew', '--yes'], {
      env: { DATABASE_URL: NO_DATABASE },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/database/i);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
