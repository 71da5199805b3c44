/** What the topic `ssl` looks at: what the server presents, what is on disk and in the cluster, and whether they agree. */
import { installedChecks } from './installed.ts';
import { servedChecks } from './served.ts';

const { protocols, clock, ...certificate } = servedChecks;

export const checks = { ...certificate, ...installedChecks, protocols, clock };
