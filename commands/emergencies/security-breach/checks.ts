/** What the emergency `security-breach` looks at: who came in, who is in, and whether the doors are shut. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { logsOf } from '../../parts/logs.ts';
import { stoppedCheck } from '../../parts/scale.ts';
import { NOUN, type Platform, type Service } from '../../parts/services.ts';
import { noDatabase, noRedis, noReplicas, noWorkload } from '../../parts/target.ts';
import { count, short } from '../../parts/words.ts';
import { accessOf, type Client } from './access.ts';
import { noJwtSecret } from './jwt-secret.ts';

/** What a container or pod still holds of its log is all that can be looked at; an hour of it is what people read. */
const LOG_SECONDS = 60 * 60;
/** A person mistypes a password a few times; a program tries them all. */
const MANY_REFUSED = 20;
const MANY_MISSING = 50;
const SHOWN = 8;

const isUnusual = ({ refused, missing }: Client): boolean =>
  refused >= MANY_REFUSED || missing >= MANY_MISSING;

export const checks = {
  isolated: check(
    'Whether the backend is cut off',
    async ({ kubernetes, signal }): Promise<Verdict> =>
      (await kubernetes.isIsolated(signal))
        ? healthy('a network policy denies all traffic to and from it')
        : problem('its pods can be reached, and reach others', {
            severity: 'warning',
            suggests: ['isolate'],
          }),
    { skip: noWorkload('backend') },
  ),
  'access-containers': accessCheck('docker', 'nginx'),
  'access-pods': accessCheck('kubernetes', 'backend'),
  sessions: check(
    'Sessions of the database',
    async ({ postgres, signal }): Promise<Verdict> => {
      const { used, byClient } = await postgres.connections(signal);
      return healthy(`${count(used, 'session')}: look whether you know each client`, {
        clients: byClient
          .slice(0, SHOWN)
          .map(({ client, connections }) => short(`${connections} × ${client}`, 120)),
      });
    },
    { skip: noDatabase },
  ),
  roles: check(
    'Roles that can log in to the database',
    async ({ postgres, signal }): Promise<Verdict> => {
      const roles = await postgres.loginRoles(signal);
      const supers = roles.filter(({ superuser }) => superuser);
      const evidence = {
        roles: roles
          .slice(0, SHOWN)
          .map(({ name, superuser, sessions }) =>
            short(`${name}${superuser ? ' (superuser)' : ''}: ${count(sessions, 'session')}`, 120),
          ),
      };
      return supers.length <= 1
        ? healthy(`${count(roles.length, 'role')}, ${count(supers.length, 'superuser')}`, evidence)
        : problem(`${supers.length} superusers: ${short(supers.map(({ name }) => name).join(', '), 120)}`, {
            evidence,
            severity: 'warning',
          });
    },
    { skip: noDatabase },
  ),
  logins: check(
    'Sessions that people are logged in by',
    async ({ redis, signal }): Promise<Verdict> => {
      const { counts } = await redis.keyspace(signal);
      const sessions = counts.find(({ kind }) => kind === 'session')?.keys ?? 0;
      return healthy(sessions === 0 ? 'nobody is logged in' : `${count(sessions, 'session')}`);
    },
    { skip: noRedis },
  ),
  secret: check(
    'JWT secret that the pods run with',
    async ({ kubernetes, target, signal }): Promise<Verdict> => {
      const { name, key } = target.kubernetes?.jwtSecret ?? { name: '', key: '' };
      const [wanted, found] = await Promise.all([
        kubernetes.secretFingerprint(name, key, signal),
        kubernetes.variables('backend', ['JWT_SECRET_KEY'], signal),
      ]);
      if (found.length === 0) return healthy('no pod runs with any');
      const old = found.filter(({ variables }) => variables.JWT_SECRET_KEY?.fingerprint !== wanted);
      return old.length === 0
        ? healthy(`${count(found.length, 'pod')} run with the one in ${name}`)
        : problem(
            `${old.map(({ replica }) => replica).join(', ')} still runs with another one than ${name} holds`,
            {
              suggests: ['rollout-restart'],
            },
          );
    },
    { skip: noJwtSecret },
  ),
  stopped: stoppedCheck('backend', ['scale-to-zero']),
  serving: check(
    'Whether the backend serves',
    async ({ kubernetes, signal }): Promise<Verdict> => {
      const [isIsolated, { replicas, ready }] = await Promise.all([
        kubernetes.isIsolated(signal),
        kubernetes.workload('backend', signal),
      ]);
      if (isIsolated) return problem('it is cut off by the network policy', { suggests: ['rejoin'] });
      return replicas > 0 && ready === replicas
        ? healthy(`${count(ready, 'pod')} ready`)
        : problem(`${ready} of ${count(replicas, 'pod')} ready`, { suggests: ['scale-up'] });
    },
    { skip: noWorkload('backend') },
  ),
};

function accessCheck(platform: Platform, service: Service) {
  return check(
    `Access log of the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const { lines, truncated } = await logsOf(platform, service, LOG_SECONDS, context);
      const { requests, clients } = accessOf(lines);
      if (requests === 0)
        return inconclusive('no request in the last hour’s log: it may be written elsewhere');
      const unusual = clients.filter(isUnusual);
      const evidence = {
        clients: clients
          .slice(0, SHOWN)
          .map(({ address, requests: all, refused, missing, paths }) =>
            short(
              `${address}: ${all} requests to ${paths} paths, ${refused} refused, ${missing} not found`,
              120,
            ),
          ),
        ...(truncated ? { 'older lines': 'left out' } : {}),
      };
      return unusual.length === 0
        ? healthy(
            `${count(requests, 'request')} from ${count(clients.length, 'address', 'addresses')}, no burst of refusals`,
            evidence,
          )
        : problem(
            `${unusual
              .map(({ address }) => address)
              .slice(0, 3)
              .join(
                ', ',
              )}: ${unusual[0]?.refused} requests refused, ${unusual[0]?.missing} for what is not there`,
            { evidence, suggests: ['isolate'] },
          );
    },
    { skip: noReplicas(platform, service) },
  );
}
