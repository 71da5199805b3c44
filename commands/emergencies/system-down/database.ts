/** The guide's `kubectl exec -it postgres-primary-0 -- pg_isready`, and a login from here, as the application would. */
import { check } from '../../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../../src/runbook/finding.ts';
import { NOUN, type Platform, runtimeOf } from '../../parts/services.ts';
import { noDatabase, noReplicas } from '../../parts/target.ts';
import { short, span } from '../../parts/words.ts';

export const databaseInside = (platform: Platform, suggests: readonly string[]) =>
  check(
    `pg_isready in the ${NOUN[platform].many} of postgres`,
    async (context): Promise<Verdict> => {
      const found = await runtimeOf(platform, context).pgIsReady(context.signal);
      if (found.length === 0) return problem(`no ${NOUN[platform].one} of postgres runs`, { suggests });
      const lost = found.find(({ reached }) => !reached);
      return lost
        ? problem(`${lost.replica} ${short(lost.detail, 120)}`, { suggests })
        : healthy(`${found.map(({ replica }) => replica).join(', ')} accepts connections`);
    },
    { skip: noReplicas(platform, 'postgres') },
  );

/** What a restart may mend: nobody there, or nobody who answers. A wrong password it does not, and a recovery it begins anew. */
const MENDED_BY_RESTART = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  '53300',
  '57P01',
]);

export const databaseFromHere = (suggests: readonly string[]) =>
  check(
    'Login to the database, from here',
    async ({ postgres, signal }): Promise<Verdict> => {
      const login = await postgres.login(signal);
      return login.ok
        ? healthy(`PostgreSQL ${login.version} lets “${login.user}” in, in ${span(login.ms)}`)
        : problem(`it does not let us in (${login.code}): ${short(login.message, 200)}`, {
            suggests: MENDED_BY_RESTART.has(login.code) ? suggests : [],
          });
    },
    { skip: noDatabase, timeoutSeconds: 15 },
  );
