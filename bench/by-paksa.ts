/** A diagnosis, timed as a whole and check by check; and one by a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EXIT } from '../src/cli/usage.ts';
import { examine } from '../src/engine/examine.ts';
import type { Estate } from '../src/engine/ports.ts';
import type { Check } from '../src/runbook/check.ts';
import type { Runbook } from '../src/runbook/define.ts';
import { OF_THE_MACHINE } from '../test/lab/alarms.ts';
import { ROOT } from '../test/lab/paths.ts';

export interface Took {
  /** Milliseconds. */
  readonly whole: number;
  /** Of each check, in the same examination. */
  readonly checks: Readonly<Record<string, number>>;
}

type Redact = <Value>(value: Value) => Value;

/** @throws Error when something is wrong: what is broken is looked at longer, or not at all */
export async function timeDiagnosis(
  runbook: Runbook,
  estate: Estate,
  environment: string,
  redact: Redact,
): Promise<Took> {
  const checks: Record<string, number> = {};
  const timed = (id: string, check: Check): Check => ({
    ...check,
    look: async (context) => {
      const began = performance.now();
      try {
        return await check.look(context);
      } finally {
        checks[id] = performance.now() - began;
      }
    },
  });
  const all = Object.entries(runbook.checks).map(([id, check]) => [id, timed(id, check)] as const);
  const began = performance.now();
  const { findings } = await examine(
    { ...runbook, checks: Object.fromEntries(all) },
    estate.target(environment),
    estate.probes(environment),
    { redact },
  );
  const whole = performance.now() - began;
  const wrong = findings.find(
    ({ status, check }) => status === 'problem' && !OF_THE_MACHINE.has(`${runbook.topic}/${check}`),
  );
  if (wrong) throw new Error(`${runbook.topic}/${wrong.check} finds a problem: ${wrong.summary}`);
  return { whole, checks };
}

/** The milliseconds of `npx paksa diagnose`, from nothing to its answer. */
export async function timeCold(
  topic: string,
  environment: string,
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const began = performance.now();
  const child = spawn('npx', ['paksa', 'diagnose', topic, '--env', environment], {
    cwd: ROOT,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'close');
  const answers: readonly unknown[] = [EXIT.healthy, EXIT.inconclusive, EXIT.problem];
  if (!answers.includes(code)) throw new Error(`npx paksa diagnose ${topic} ended with ${code}`);
  return performance.now() - began;
}
