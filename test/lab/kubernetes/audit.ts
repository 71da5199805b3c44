/** What the API server notes of the bot: each of its calls, for the comparison with the rights that it has. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { paths } from '../paths.ts';

const BOT = 'system:serviceaccount:paksa:paksa';
const LOG = join(paths.run, 'audit.log');

/** Arguments of the API server. */
export async function auditing(): Promise<readonly string[]> {
  const policy = join(paths.run, 'audit-policy.yaml');
  const rules = [{ level: 'Metadata', users: [BOT] }, { level: 'None' }];
  await writeFile(
    policy,
    stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }),
  );
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${LOG}`];
}

interface Noted {
  readonly verb: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Those that were let through, each once, as `get apps/deployments` and `get pods/log` of the core group. */
export async function callsOfBot(): Promise<ReadonlySet<string>> {
  const lines = (await readFile(LOG, 'utf8')).split('\n').filter((line) => line !== '');
  return new Set(
    lines
      .map((line): Noted => JSON.parse(line))
      .filter(({ annotations }) => annotations?.['authorization.k8s.io/decision'] === 'allow')
      .flatMap(({ verb, objectRef }) => (objectRef ? [rightOf(verb, objectRef)] : [])),
  );
}

const rightOf = (
  verb: string,
  { apiGroup = '', resource, subresource }: NonNullable<Noted['objectRef']>,
): string => naming(verb, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`);

export const naming = (verb: string, group: string, resource: string): string =>
  `${verb} ${group === '' ? '' : `${group}: `}${resource}`;
