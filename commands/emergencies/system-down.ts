/**
 * Guide: Emergency Procedures › System Down.
 *
 * The guide looks at pods alone and restarts the backend whatever failed: here containers are looked at too, and what has
 * failed is restarted, each with its own approval. Its `kubectl exec -it postgres-primary-0 -- pg_isready` names no namespace
 * and needs a terminal; the database is asked from inside its pod and from here. Its `curl -I` is a look at the API's health.
 */
import { check } from '../../src/runbook/check.ts';
import { defineRunbook } from '../../src/runbook/define.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { asked } from '../parts/fault.ts';
import { replicaCheck } from '../parts/replicas.ts';
import { restartFix } from '../parts/restart.ts';
import { scaleUp } from '../parts/scale.ts';
import { noApi, noCluster, noDatabase, noWorkload } from '../parts/target.ts';
import { count, short, span } from '../parts/words.ts';

const POSTGRES_PORT = 5432;
const SHOWN = 8;

export const systemDown = defineRunbook({
  topic: 'system-down',
  title: 'System down',
  symptoms: ['nothing answers', 'every service is down'],
  emergency: 'system-down',
  checks: {
    pods: check(
      'All pods',
      async ({ kubernetes, signal }): Promise<Verdict> => {
        const pods = await kubernetes.pods(signal);
        if (pods.length === 0) return problem('there is no pod in the namespace');
        const ill = pods.filter(({ ready, phase }) => !ready && phase !== 'Succeeded');
        const evidence = {
          pods: ill.slice(0, SHOWN).map(({ name, phase, why }) => short(`${name}: ${why ?? phase}`, 120)),
        };
        return ill.length === 0
          ? healthy(`${count(pods.length, 'pod')}, all ready`)
          : problem(`${ill.length} of ${count(pods.length, 'pod')} are not ready`, {
              evidence,
              suggests: ['rollout-restart', 'restart-statefulset', 'restart-ingress'],
            });
      },
      { skip: noCluster },
    ),
    services: check(
      'All services of the cluster',
      async ({ kubernetes, signal }): Promise<Verdict> => {
        const services = await kubernetes.services(signal);
        const empty = services.filter(
          ({ hasSelector, readyAddresses }) => hasSelector && readyAddresses === 0,
        );
        const names = empty.map(({ name }) => name);
        return empty.length === 0
          ? healthy(`${count(services.length, 'service')}, each with somebody behind it`)
          : problem(`nobody is behind ${short(names.join(', '), 150)}`, {
              evidence: { services: names.slice(0, SHOWN) },
              suggests: ['rollout-restart'],
            });
      },
      { skip: noCluster },
    ),
    'backend-pods': replicaCheck('kubernetes', 'backend', ['rollout-restart', 'scale-up']),
    'postgres-pods': replicaCheck('kubernetes', 'postgres', ['restart-statefulset']),
    'nginx-pods': replicaCheck('kubernetes', 'nginx', ['restart-ingress']),
    'backend-containers': replicaCheck('docker', 'backend', ['restart-backend']),
    'postgres-containers': replicaCheck('docker', 'postgres', ['restart-postgres']),
    'redis-containers': replicaCheck('docker', 'redis', ['restart-redis']),
    'nginx-containers': replicaCheck('docker', 'nginx', ['restart-nginx']),
    'database-inside': check(
      'Database, from inside its pod',
      async ({ kubernetes, signal }): Promise<Verdict> => {
        const found = await kubernetes.reach('postgres', '127.0.0.1', POSTGRES_PORT, signal);
        if (found.length === 0)
          return problem('no pod of the database runs', { suggests: ['restart-statefulset'] });
        const lost = found.find(({ reached }) => !reached);
        return lost
          ? problem(`${lost.replica}: ${short(lost.detail, 120)}`, { suggests: ['restart-statefulset'] })
          : healthy(`${found.map(({ replica }) => replica).join(', ')} accepts connections`);
      },
      { skip: noWorkload('postgres') },
    ),
    database: check(
      'Database, from here',
      async ({ postgres, signal }): Promise<Verdict> => {
        const login = await postgres.login(signal);
        return login.ok
          ? healthy(`PostgreSQL ${login.version} lets ${login.user} in, in ${span(login.ms)}`)
          : problem(`it does not let us in (${login.code}): ${short(login.message, 150)}`, {
              suggests: ['restart-postgres', 'restart-statefulset'],
            });
      },
      { skip: noDatabase },
    ),
    balancer: check(
      'Health through the load balancer',
      async ({ http, target, signal }): Promise<Verdict> => {
        const path = target.api?.paths.health ?? '';
        const answer = await asked(http.get(path, { authorized: false }, signal));
        if (!answer.answered)
          return answer.fault === 'unreachable' || answer.fault === 'refused'
            ? problem(`nobody answers: ${answer.message}`, { suggests: ['restart-nginx', 'restart-ingress'] })
            : inconclusive(`could not look: ${answer.message}`);
        const { status, ms, body } = answer.answer;
        return status >= 200 && status < 300
          ? healthy(`answers ${status} in ${span(ms)}`)
          : problem(`answers ${status}`, {
              evidence: { path, answer: short(body, 120) },
              suggests: ['restart-nginx', 'restart-ingress'],
            });
      },
      { skip: noApi },
    ),
  },
  fixes: {
    'restart-postgres': restartFix('docker', 'postgres', ['postgres-containers', 'database'], {
      risk: 'high',
    }),
    'restart-statefulset': restartFix('kubernetes', 'postgres', ['postgres-pods', 'database-inside'], {
      risk: 'high',
    }),
    'restart-redis': restartFix('docker', 'redis', ['redis-containers']),
    'restart-backend': restartFix('docker', 'backend', ['backend-containers']),
    'rollout-restart': restartFix('kubernetes', 'backend', ['backend-pods']),
    'scale-up': scaleUp(['backend-pods']),
    'restart-nginx': restartFix('docker', 'nginx', ['nginx-containers', 'balancer']),
    'restart-ingress': restartFix('kubernetes', 'nginx', ['nginx-pods', 'balancer']),
  },
  procedures: {
    'system-down': {
      title: 'Bring the system back',
      steps: {
        'check-services': look('Check all services', [
          'pods',
          'services',
          'backend-containers',
          'postgres-containers',
          'redis-containers',
          'nginx-containers',
        ]),
        // What everything else needs comes first.
        'restart-postgres': act('Restart the database’s containers', 'restart-postgres', {
          when: ['postgres-containers'],
        }),
        'restart-statefulset': act('Restart the database’s pods', 'restart-statefulset', {
          when: ['postgres-pods', 'database-inside'],
        }),
        'restart-redis': act('Restart Redis', 'restart-redis', { when: ['redis-containers'] }),
        'check-database': look('Check that the database can be reached', ['database', 'database-inside'], {
          mustBeHealthy: true,
        }),
        'restart-backend': act('Restart the backend’s containers', 'restart-backend', {
          when: ['backend-containers'],
        }),
        'rollout-restart': act('Restart the backend’s pods', 'rollout-restart', { when: ['backend-pods'] }),
        'restart-nginx': act('Restart the load balancer’s containers', 'restart-nginx', {
          when: ['nginx-containers'],
        }),
        'restart-ingress': act('Restart the ingress controller', 'restart-ingress', { when: ['nginx-pods'] }),
        'check-balancer': look('Verify the load balancer', ['balancer'], { mustBeHealthy: true }),
        notify: person('Notify stakeholders', [
          'Say what was down, since when, what is back, and what is not.',
          'If it is not solved, say when they will hear from you next.',
        ]),
      },
    },
  },
});
