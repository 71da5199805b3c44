/** What is typed wrongly is told from what cannot be done, and answered with what would be right: before anything is opened. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run, UsageError } from '../../src/cli/run.ts';
import { EXIT } from '../../src/cli/usage.ts';

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paksa-usage-'));
  env = { PAKSA_CONFIG: join(folder, 'paksa.yaml') };
  await writeFile(env.PAKSA_CONFIG ?? '', 'environments: { sandbox: { tls: { host: paksa.test } } }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  [['diagnose', 'sll'], /no topic “sll”.*“ssl”/],
  [['diagnose', '__proto__'], /no topic “__proto__”/],
  [['diagnose'], /Diagnose what\?/],
  [['diagnose', 'ssl', '--env', 'sandbax'], /no environment “sandbax”.*“sandbox”/],
  [['diagnose', 'ssl', '--jason'], /--jason/],
  [['diagnose', 'ssl', 'one', 'two'], /one/],
  [['fix', 'ssl'], /Fix what\?/],
  [['fix', 'ssl', 'renw'], /no fix “renw”.*“renew”/],
  [['fix', 'sll', 'renew'], /no topic “sll”.*“ssl”/],
  [['fix', 'ssl', 'renew', '--env', 'sandbax'], /no environment “sandbax”.*“sandbox”/],
  [['emergency', 'sytem-down'], /no emergency “sytem-down”.*“system-down”/],
  [['emergency', 'ssl'], /no emergency “ssl”/],
  [['emergency', 'system', 'down'], /“down” is one word too many/],
  [['emergency', 'system-down', '--env', 'sandbax'], /no environment “sandbax”.*“sandbox”/],
  [['procedure', 'ssl'], /Go through what\?/],
  [['procedure', 'ssl', 'renew'], /no procedure “renew”/],
  [['ladder'], /not a command/],
  [['ladder', 'chekc'], /not a command/],
  [['dance'], /“dance” is not a command/],
  [['fix', 'ssl', 'renew', '--break-glass'], /--break-glass/],
  [['audit', 'verify', '12'], /12/],
])('%j', async (args, words) => {
  const failed = await run([...args], env).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UsageError);
  expect(failed).toMatchObject({ message: expect.stringMatching(words) });
});

test.each([
  [[], EXIT.usage],
  [['help'], EXIT.healthy],
  [['--help'], EXIT.healthy],
  [['-h'], EXIT.healthy],
])('%j prints what there is', async (args, code) => {
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const ended = await run([...args], env);
  const said = print.mock.calls.join('');
  print.mockRestore();
  expect(ended).toBe(code);
  expect(said).toContain('paksa diagnose <topic> [--json]');
});
