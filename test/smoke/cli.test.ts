/** The terminal's Paksa as a process: what it prints and how it ends, and that looking changes nothing. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NO_DATABASE, terminal } from './terminal.ts';

const { paksa, configured, unreachable, inject, served } = terminal();

describe('topics', () => {
  test('lists them for people', async () => {
    const { code, stdout } = await paksa(['topics']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ssl +SSL certificate issues \(SSL handshake failures, certificate warnings\)$/m);
  });

  test('and for programs', async () => {
    const { code, stdout } = await paksa(['topics', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual({
      topic: 'ssl',
      title: 'SSL certificate issues',
      symptoms: ['SSL handshake failures', 'certificate warnings'],
      checks: expect.arrayContaining([{ id: 'expiry', title: expect.any(String) }]),
      fixes: expect.arrayContaining([{ id: 'renew', title: 'Renew the certificate', risk: 'medium' }]),
    });
  });

  test('needs no configuration', async () => {
    expect(await paksa(['topics'], { env: { PAKSA_CONFIG: '/nowhere' } })).toMatchObject({ code: 0 });
  });
});

describe('diagnose', () => {
  test('a healthy stack: 0, without a database', async () => {
    const { code, stdout, stderr } = await paksa(['diagnose', 'ssl'], { env: { DATABASE_URL: NO_DATABASE } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('SSL certificate issues (sandbox): healthy');
    expect(stdout).not.toContain('!!');
  });

  test('a problem: 1, with evidence and what to try', async () => {
    await inject('expired');
    const before = await served();
    const { code, stdout } = await paksa(['diagnose', 'ssl']);
    expect(code).toBe(1);
    expect(stdout).toContain('SSL certificate issues (sandbox): problem');
    expect(stdout).toMatch(/!! {2}.*expired on/);
    expect(stdout).toContain('Try: paksa fix ssl renew   (Renew the certificate)');
    expect(await served()).toBe(before);
  });

  test('--json: one object with these keys and no others', async () => {
    await inject('expired');
    const { code, stdout } = await paksa(['diagnose', 'ssl', '--json']);
    expect(code).toBe(1);
    const told: unknown = JSON.parse(stdout);
    expect(told).toEqual({
      topic: 'ssl',
      status: 'problem',
      findings: expect.any(Array),
      fixes: [
        { id: 'renew', title: 'Renew the certificate', risk: 'medium' },
        { id: 'update-secret', title: 'Update the TLS secret', risk: 'medium' },
        { id: 'create-secret', title: 'Create the TLS secret', risk: 'medium' },
        { id: 'reload-nginx', title: expect.any(String), risk: expect.any(String) },
        { id: 'restart-ingress', title: expect.any(String), risk: expect.any(String) },
      ],
      tookMs: expect.any(Number),
    });
    const { findings } = z.object({ findings: z.array(z.unknown()) }).parse(told);
    for (const finding of findings)
      expect(finding).toEqual({
        check: expect.stringMatching(/^[a-z-]+$/),
        status: expect.stringMatching(/^(healthy|problem|inconclusive)$/),
        summary: expect.stringMatching(/./),
        evidence: expect.any(Object),
        suggests: expect.any(Array),
      });
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'expiry', status: 'problem', suggests: ['renew'] }),
    );
  });

  test('a stack that cannot be reached: 2, and never healthy', async () => {
    const env = await unreachable();
    const told = await paksa(['diagnose', 'ssl'], { env });
    expect(told.code).toBe(2);
    expect(told.stdout).toContain('SSL certificate issues (sandbox): inconclusive');
    const { code, stdout } = await paksa(['diagnose', 'ssl', '--json'], { env });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'inconclusive' });
  });

  test('an environment by name', async () => {
    expect(await paksa(['diagnose', 'ssl', '--env', 'sandbox'])).toMatchObject({ code: 0 });
  });
});

describe('wrong usage: 64, and what would be right', () => {
  // The others are told apart in test/unit/cli-usage.test.ts.
  test.each([
    [['diagnose', 'sll'], /no topic “sll”.*“ssl”/],
    [['diagnose', 'ssl', '--jason'], /--jason/],
    [['dance'], /“dance” is not a command/],
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await paksa(args);
    expect(stderr).toMatch(words);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('no arguments: 64 with usage; asked for, 0', async () => {
    const bare = await paksa([]);
    expect(bare.code).toBe(64);
    expect(`${bare.stdout}${bare.stderr}`).toContain('paksa diagnose <topic> [--json]');
    const asked = await paksa(['--help']);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('paksa diagnose <topic> [--json]');
  });
});

describe('emergency', () => {
  test('without a name lists them, and needs no configuration', async () => {
    const { code, stdout } = await paksa(['emergency'], { env: { PAKSA_CONFIG: '/nowhere' } });
    expect(stdout).toMatch(/^system-down +System down \(.+\)$/m);
    expect(code).toBe(0);
  });

  test('that nobody agrees to is only shown', async () => {
    const { code, stdout } = await paksa(['emergency', 'system-down'], { stdin: 'n\n' });
    expect(stdout).toMatch(/\(sandbox\)\n {2}\.\. {2}1\. [\s\S]*Declare it\?[\s\S]*Nothing was declared\./);
    expect(code).toBe(1);
  });
});

describe('ladder check', () => {
  test('who would be paged, and when', async () => {
    const { code, stdout } = await paksa(['ladder', 'check']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /sandbox: every level reaches somebody.*00:01 {2}level 1.*00:01:30 {2}level 2.*00:02 {2}level 3.*00:02:30 {2}level 4.*00:03 {2}it stops/s,
    );
  });

  test('without Slack’s token nobody has asked: 2, and how to', async () => {
    const { code, stdout } = await paksa(['ladder', 'check', 'sandbox'], { env: { SLACK_BOT_TOKEN: '' } });
    expect(stdout).toMatch(
      /sandbox: not everything could be looked at.*\?\? {2}level 1.*set SLACK_BOT_TOKEN/s,
    );
    expect(code).toBe(2);
  });

  test('an environment that there is not: 64, with the nearest', async () => {
    const { code, stderr } = await paksa(['ladder', 'check', 'sandbx']);
    expect(stderr).toContain('Did you mean “sandbox”?');
    expect(code).toBe(64);
  });

  test('a level that has nobody: 1, and where to put somebody', async () => {
    const env = await configured((yaml) =>
      yaml.replace(/(name: Senior architects\n\s+delay: 30s\n\s+responders:)\n\s+- user: \S+/, '$1 []'),
    );
    const { code, stdout } = await paksa(['ladder', 'check'], { env });
    expect(stdout).toContain('level 3, Senior architects: has nobody: add ladder.levels[2].responders');
    expect(stdout).not.toMatch(/00:02 {2}level 3/);
    expect(code).toBe(1);
  });
});

describe('config check', () => {
  test('as it should be', async () => {
    expect(await paksa(['config', 'check'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is as it should be'),
    });
  });

  test('every mistake at once, each with its place', async () => {
    const file = await configured((yaml) =>
      yaml
        .replace(/port: \d+/, 'port: many')
        .replace('firstPageAfter: 1m', 'firstPageAfter: soon')
        .replace('afterLast:', 'afterlast:'),
    );
    const { code, stdout } = await paksa(['config', 'check'], {
      env: { ...file, LOG_LEVEL: 'loud', PORT: '70000', SLACK_BOT_TOKN: 'x' },
    });
    expect(code).toBe(1);
    for (const place of [
      'environments.sandbox.tls.port',
      'ladder.firstPageAfter',
      'ladder.afterlast',
      'LOG_LEVEL',
      'PORT',
      'SLACK_BOT_TOKN',
    ])
      expect(stdout).toContain(place);
    expect(stdout).toMatch(/has 6 things to put right/);
  });

  test('no file: where to get one', async () => {
    const { code, stdout } = await paksa(['config', 'check'], { env: { PAKSA_CONFIG: '/nowhere' } });
    expect(code).toBe(1);
    expect(stdout).toContain('paksa.example.yaml');
  });
});
