/** What the topic `load-balancer` looks at: each replica behind it, its own configuration and errors, and the way through. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { asked } from '../parts/fault.ts';
import { replicaCheck } from '../parts/replicas.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noNginx, noReplicas, noWorkload } from '../parts/target.ts';
import { through } from '../parts/through.ts';
import { count, short } from '../parts/words.ts';
import { isLeftTooLong, isNoticedTooLate, unnoticedSeconds } from './figures.ts';
import { upstreamErrors } from './upstream-errors.ts';

const HEALTH_PORT = 8000;
/** The guide's errors are of now: older ones are the story of an incident that is over. */
const ERRORS_SECONDS = 5 * 60;
const MANY_ERRORS = 10;
const SHOWN = 8;

const RESTARTS: Readonly<Record<Platform, readonly string[]>> = {
  docker: ['restart-backend'],
  kubernetes: ['rollout-restart'],
};

export const checks = {
  through,
  'container-health': healthCheck('docker'),
  'pod-health': healthCheck('kubernetes'),
  'nginx-containers': replicaCheck('docker', 'nginx', ['restart-nginx']),
  'nginx-pods': replicaCheck('kubernetes', 'nginx', ['restart-ingress']),
  config: check(
    'Configuration of nginx (nginx -t)',
    async ({ nginx, signal }): Promise<Verdict> => {
      const { ok, output } = await nginx.test(signal);
      const said = output.trim().split('\n').slice(-3);
      return ok
        ? healthy('nginx takes it')
        : problem(`nginx refuses it: ${short(said[0] ?? '', 200)}`, {
            evidence: { nginx: said.map((line) => short(line, 120)) },
          });
    },
    { skip: noNginx },
  ),
  errors: check(
    'Errors with the servers behind it',
    async ({ nginx, signal }): Promise<Verdict> => {
      const { lines, truncated } = await nginx.errors(ERRORS_SECONDS, signal);
      const { total, byKind } = upstreamErrors(lines);
      const evidence = {
        errors: byKind
          .slice(0, SHOWN)
          .map(({ kind, times, upstream }) => short(`${times} × ${kind} (${upstream})`, 120)),
        ...(truncated ? { 'older lines': 'left out' } : {}),
      };
      return total === 0
        ? healthy('none in 5 min')
        : problem(`${count(total, 'error')} in 5 min, mostly ${byKind[0]?.kind}`, {
            evidence,
            severity: total >= MANY_ERRORS ? 'critical' : 'warning',
            suggests: ['restart-nginx'],
          });
    },
    { skip: noNginx },
  ),
  upstreams: check(
    'How long a failed server is left alone',
    async ({ nginx, signal }): Promise<Verdict> => {
      const answer = await asked(nginx.upstreams(signal));
      // A configuration that does not load is the finding of the check before.
      if (!answer.answered) return inconclusive(`could not look: ${answer.message}`);
      const servers = answer.answer;
      const evidence = {
        servers: servers
          .slice(0, SHOWN)
          .map((server) =>
            short(
              `${server.upstream}: ${server.address} max_fails=${server.maxFails} fail_timeout=${server.failTimeoutSeconds}s`,
              120,
            ),
          ),
      };
      const slow = servers.find(isLeftTooLong);
      if (slow)
        return problem(
          `${slow.address} is left alone for ${slow.failTimeoutSeconds} s after ${count(slow.maxFails, 'failure')}`,
          {
            evidence,
            severity: 'warning',
            suggests: ['fix-health-check'],
          },
        );
      return healthy(
        servers.length === 0
          ? 'no upstream is defined'
          : `${count(servers.length, 'server')}, tried again soon`,
        evidence,
      );
    },
    { skip: noNginx },
  ),
  endpoints: check(
    'Endpoints of the backend’s service',
    async ({ kubernetes, signal }): Promise<Verdict> => {
      const { service, ready, notReady } = await kubernetes.endpoints(signal);
      const evidence = { ready: ready.slice(0, SHOWN), 'not ready': notReady.slice(0, SHOWN) };
      if (ready.length === 0)
        return problem(`${service} has nobody to send requests to (${notReady.length} not ready)`, {
          evidence,
          suggests: RESTARTS.kubernetes,
        });
      return notReady.length === 0
        ? healthy(count(ready.length, 'address', 'addresses'), evidence)
        : problem(`${notReady.length} of ${ready.length + notReady.length} addresses get no requests`, {
            evidence,
            severity: 'warning',
            suggests: RESTARTS.kubernetes,
          });
    },
    { skip: noWorkload('backend') },
  ),
  readiness: check(
    'Readiness probe of the backend',
    async ({ kubernetes, signal }): Promise<Verdict> => {
      const { name, readiness } = await kubernetes.workload('backend', signal);
      if (!readiness)
        return problem(`${name} has none: requests go to pods that are not ready`, { severity: 'warning' });
      const evidence = {
        'every s': readiness.periodSeconds,
        'failures before it is left': readiness.failureThreshold,
      };
      return isNoticedTooLate(readiness)
        ? problem(`a dead pod gets requests for up to ${unnoticedSeconds(readiness)} s`, {
            evidence,
            severity: 'warning',
            suggests: ['fix-readiness'],
          })
        : healthy(`a dead pod is left within ${unnoticedSeconds(readiness)} s`, evidence);
    },
    { skip: noWorkload('backend') },
  ),
};

/** The guide's `curl http://backend:8000/health`, of every replica. */
function healthCheck(platform: Platform) {
  return check(
    `Health of the backend’s ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const { api } = context.target;
      const path = api?.paths.health ?? '/health';
      const answers = await runtimeOf(platform, context).ask(
        'backend',
        api?.port ?? HEALTH_PORT,
        path,
        context.signal,
      );
      if (answers.length === 0)
        return problem(`no ${NOUN[platform].one} of the backend runs`, { suggests: RESTARTS[platform] });
      const evidence = {
        answers: answers
          .slice(0, SHOWN)
          .map(({ replica, status, detail }) => short(`${replica}: ${status ?? 'no answer'} ${detail}`, 120)),
      };
      const ill = answers.filter(({ status }) => status === undefined || status >= 400);
      const [first] = ill;
      return first === undefined
        ? healthy(`${count(answers.length, NOUN[platform].one, NOUN[platform].many)} answer`, evidence)
        : problem(
            `${first.replica} ${first.status === undefined ? `does not answer (${short(first.detail, 80)})` : `answers ${first.status}`}${ill.length > 1 ? `, and ${ill.length - 1} more` : ''}`,
            {
              evidence,
              severity: ill.length === answers.length ? 'critical' : 'warning',
              suggests: RESTARTS[platform],
            },
          );
    },
    { skip: noReplicas(platform, 'backend') },
  );
}
