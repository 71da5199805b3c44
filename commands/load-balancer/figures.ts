/** How long a server that failed is left alone: what is too long, and what the fixes set. */
import type { CheckContext } from '../../src/runbook/tools.ts';

export type UpstreamServer = Awaited<ReturnType<CheckContext['nginx']['upstreams']>>[number];
export type Readiness = NonNullable<Awaited<ReturnType<CheckContext['kubernetes']['workload']>>['readiness']>;

/** nginx's own default time, but three failures in place of one: one slow answer does not count. */
export const NGINX = { maxFails: 3, failTimeoutSeconds: 10 } as const;
/** A replica that comes back is used within 10 s, one that dies is left within 30 s. */
export const READINESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 } as const;

const LONGEST_ALONE_SECONDS = 30;
const LONGEST_UNNOTICED_SECONDS = 60;

/** It gets nothing for longer than a restart takes. `max_fails=0` never leaves a server alone. */
export const isLeftTooLong = ({ maxFails, failTimeoutSeconds }: UpstreamServer): boolean =>
  maxFails > 0 && failTimeoutSeconds > LONGEST_ALONE_SECONDS;

/** Longest that a dead replica still gets requests, in seconds. */
export const unnoticedSeconds = ({ periodSeconds, failureThreshold }: Readiness): number =>
  periodSeconds * failureThreshold;

export const isNoticedTooLate = (readiness: Readiness): boolean =>
  unnoticedSeconds(readiness) > LONGEST_UNNOTICED_SECONDS;
