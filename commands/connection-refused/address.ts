/** The guide's `echo $DATABASE_URL`, in every replica of the backend: where it points, never its password. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { placeOf } from '../parts/database.ts';
import { asked } from '../parts/fault.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { day } from '../parts/words.ts';

const NAME = 'DATABASE_URL';

type Variables = Awaited<ReturnType<CheckContext['docker']['variables']>>;
type Facts = Variables[number]['variables'][string];
type Address = NonNullable<Facts['address']>;

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** What each replica of the backend has under that name. */
export async function addressesIn(platform: Platform, context: CheckContext) {
  const replicas = await runtimeOf(platform, context).variables('backend', [NAME], context.signal);
  return replicas.map(({ replica, variables }) => ({ replica, facts: variables[NAME] }));
}

export const addressCheck = (platform: Platform) =>
  check(
    `${NAME} in the ${NOUN[platform].many} of backend`,
    async (context) => {
      const found = await addressesIn(platform, context);
      if (found.length === 0)
        return inconclusive(`no ${NOUN[platform].one} of backend runs, so none has it to look at`);
      const unset = found.filter(({ facts }) => !facts?.present || facts.length === 0);
      if (unset.length > 0) return problem(`it is not set in ${namesOf(unset)}`);
      const unreadable = found.filter(({ facts }) => !facts?.address);
      if (unreadable.length > 0)
        return problem(
          `it is no address that can be read in ${namesOf(unreadable)}: look for quotes, blanks or unescaped characters in it`,
        );
      return judge(
        context,
        found.flatMap(({ replica, facts }) =>
          facts?.address ? [{ replica, address: facts.address, fingerprint: facts.fingerprint }] : [],
        ),
      );
    },
    { skip: noReplicas(platform, 'backend') },
  );

const namesOf = (found: readonly { readonly replica: string }[]): string =>
  found.map(({ replica }) => replica).join(', ');

interface Found {
  readonly replica: string;
  readonly address: Address;
  readonly fingerprint: string;
}

async function judge(context: CheckContext, found: readonly Found[]): Promise<Verdict> {
  const [first] = found;
  if (!first) return inconclusive('none could be read');
  const { address } = first;
  const evidence: Evidence = {
    host: placesOf(address).map(placeOf).join(', '),
    database: address.database,
    user: address.user,
    ...(address.sslMode === undefined ? {} : { sslmode: address.sslMode }),
    ...noteOf(context, address),
  };
  const foreign = found.find((each) => !each.address.scheme.startsWith('postgres'));
  if (foreign)
    return problem(
      `it is no address of PostgreSQL in ${foreign.replica}, but one of ${foreign.address.scheme}`,
      {
        evidence,
      },
    );
  const role = await roleTrouble(context, address);
  if (role !== undefined) return problem(role, { evidence });
  const expected = context.target.postgres?.database;
  if (expected !== undefined && address.database !== expected)
    return problem(`it names the database “${address.database}”, not “${expected}”`, {
      evidence,
      severity: 'warning',
    });
  const other = found.find(({ fingerprint }) => fingerprint !== first.fingerprint);
  if (other) {
    const differ = sayAddress(other.address) === sayAddress(address) ? 'its password or its options' : 'it';
    return problem(
      `${differ} differ${differ === 'it' ? 's' : ''} between ${first.replica} and ${other.replica}`,
      {
        evidence: { ...evidence, [other.replica]: sayAddress(other.address) },
        severity: 'warning',
      },
    );
  }
  return healthy(`points to ${sayAddress(address)}`, evidence);
}

/** Every server that it names, in its order. */
export const placesOf = ({ host, port, others = [] }: Address): readonly Place[] => [
  { host, port },
  ...others,
];

const sayAddress = (address: Address): string =>
  `“${address.database}” at ${placesOf(address).map(placeOf).join(' or ')} as “${address.user}”`;

/** Inside and outside, the same server goes by several names, and Paksa has a role of its own: neither is wrong. */
function noteOf({ target: { postgres } }: CheckContext, address: Address): Evidence {
  if (!postgres) return {};
  const { user } = address;
  return {
    ...(placesOf(address).some((place) => placeOf(place) === placeOf(postgres))
      ? {}
      : { 'for Paksa': placeOf(postgres) }),
    ...(user === postgres.user ? {} : { 'user of Paksa': postgres.user }),
  };
}

/** Whether the server knows that role and still takes its password; nothing, where it cannot be asked or is another one. */
async function roleTrouble(context: CheckContext, { user, database }: Address): Promise<string | undefined> {
  if (user === '' || context.target.postgres?.database !== database) return undefined;
  const roles = await asked(context.postgres.loginRoles(context.signal));
  if (!roles.answered) return undefined;
  const role = roles.answer.find(({ name }) => name === user);
  if (!role) return `it names the user “${user}”, who cannot log in there`;
  return role.validUntil && role.validUntil <= context.now
    ? `the password of its user “${user}” ended on ${day(role.validUntil)}`
    : undefined;
}
