/** Whether the backend's pods run with what a secret holds now: a process keeps the environment that it was started with. */
import { healthy, inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import type { CheckContext } from '../../../src/runbook/tools.ts';
import { count, short } from '../../parts/words.ts';

/** `variable`: where the pods have it. By fingerprints: what either holds is nobody's to see. */
export async function podsWith(
  { kubernetes, signal }: CheckContext,
  { name, key }: { readonly name: string; readonly key: string },
  variable: string,
): Promise<Verdict> {
  const [wanted, found] = await Promise.all([
    kubernetes.secretFingerprint(name, key, signal),
    kubernetes.variables('backend', [variable], signal),
  ]);
  const held = found.map(({ replica, variables }) => ({ replica, fact: variables[variable] }));
  if (held.length === 0) return healthy('no pod runs with any');
  if (held.some(({ fact }) => !fact?.present))
    return inconclusive(`not every pod has ${variable} among its variables: look where it takes it from`);
  const old = held.filter(({ fact }) => fact?.fingerprint !== wanted).map(({ replica }) => replica);
  return old.length === 0
    ? healthy(`${count(held.length, 'pod runs', 'pods run')} with the one in ${name}`)
    : problem(
        `${short(old.join(', '), 120)} ${old.length === 1 ? 'runs' : 'run'} with another one than ${name} holds`,
        { suggests: ['rollout-restart'] },
      );
}
