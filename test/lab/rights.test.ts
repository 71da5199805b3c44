/** The rights of deploy/rbac.yaml, and the calls that all other files of the lab have made: none is missing, none is for nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { canRunLab, LAB_MS, runningLab } from './for-tests.ts';
import { callsOfBot, naming } from './kubernetes/audit.ts';
import { ROOT } from './paths.ts';

const Rules = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

/** What the lab's own cluster does not ask for, and why others do. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'create pods/exec': 'clusters after 1.34 check a WebSocket as create',
};

async function rightsOfBot(): Promise<readonly string[]> {
  const documents = parseAllDocuments(await readFile(join(ROOT, 'deploy/rbac.yaml'), 'utf8'));
  return documents
    .flatMap((document) => Rules.safeParse(document.toJS()).data?.rules ?? [])
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => naming(verb, group, resource))),
      ),
    );
}

describe.runIf(canRunLab())('the rights of the service account', () => {
  test('are those that the calls of the lab needed', { timeout: LAB_MS }, async ({ skip }) => {
    const lab = await runningLab();
    skip(!lab.kubernetes.own, 'the cluster is not the lab’s own, and its audit log somewhere else');
    const [calls, rights] = [await callsOfBot(), await rightsOfBot()];
    expect(rights.filter((right) => !calls.has(right) && !Object.hasOwn(ELSEWHERE, right))).toEqual([]);
    // Discovery and the like is everybody's, by a role of the cluster's own.
    expect([...calls].filter((call) => !rights.includes(call) && !call.includes('selfsubject'))).toEqual([]);
  });
});
