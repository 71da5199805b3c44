/** What a target lacks for a check or a fix, and how dates are written. */
import type { Target } from '../../src/runbook/target.ts';

export const noServer = ({ tls }: Target) =>
  tls ? undefined : 'no TLS server configured (environments.….tls)';
export const noFile = ({ certificate }: Target) =>
  certificate ? undefined : 'no certificate file configured (environments.….certificate)';
export const noCluster = ({ kubernetes }: Target) => (kubernetes ? undefined : 'no cluster configured');

export const day = (date: Date) => date.toISOString().slice(0, 10);
