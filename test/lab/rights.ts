/** The rights of deploy/rbac.yaml, held against the calls that the API server has noted: each needed right is there, or the call fails. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
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

/** Each is there for a call that nobody has made since the lab was started. */
export async function unusedRights(): Promise<readonly string[]> {
  const calls = await callsOfBot();
  return (await rightsOfBot())
    .filter((right) => !calls.has(right))
    .map((right) => (ELSEWHERE[right] === undefined ? right : `${right} (${ELSEWHERE[right]})`));
}
