/** Kubeconfig files: one cluster, one user with a token. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export interface Login {
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly user: string;
  readonly token: string;
}

const CLUSTER = 'paksa-lab';

export async function writeKubeconfig(
  path: string,
  { server, authority, user, token }: Login,
): Promise<void> {
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: CLUSTER,
        cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: CLUSTER, context: { cluster: CLUSTER, user } }],
    'current-context': CLUSTER,
  };
  await writeFile(path, stringify(content), { mode: 0o600 });
}
