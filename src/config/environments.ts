/** The environments as the adapters get them: what may be seen of each, and, apart from it, its secrets. */
import type { Ladders } from '../policy/choose.ts';
import type { Policy } from '../policy/policy.ts';
import type { Target } from '../runbook/target.ts';
import type { ConfigFile } from './file.ts';
import { laddersOf } from './ladders.ts';
import type { ConfigProblem } from './refusal.ts';

/** Never shown, never logged: only adapters are given them. */
export interface Credentials {
  readonly postgresUrl?: string | undefined;
  /** The same database as another role, for what changes it. */
  readonly postgresFixUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly redisFixUrl?: string | undefined;
  readonly apiToken?: string | undefined;
}

export interface Environment {
  readonly target: Target;
  readonly credentials: Credentials;
  /** Who may approve here, and who is paged where no rule chooses another ladder. */
  readonly policy: Policy;
  readonly ladders: Ladders;
  /** Where its incidents go that have no channel of their own. */
  readonly channel?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads each variable that the file names; what is missing or wrong is added to `problems`. */
export function readEnvironments(
  file: ConfigFile,
  variables: Variables,
  problems: ConfigProblem[],
): readonly Environment[] {
  return Object.entries(file.environments).map(([name, described]): Environment => {
    const {
      channel,
      ladder,
      ladderRules,
      approvals,
      roles = file.roles,
      rooms = file.rooms,
      ...systems
    } = described;
    const { postgres, redis, api, ...rest } = systems;
    const ladders = laddersOf(file, { ladder, ladderRules });
    const at = (key: string) => `environments.${name}.${key}`;
    const read = (variable: string | undefined, key: string): string | undefined => {
      if (variable === undefined) return undefined;
      const value = variables[variable];
      if (value === undefined)
        problems.push({ source: 'environment', path: variable, message: `is not set: ${at(key)} names it` });
      return value;
    };
    const address = (variable: string | undefined, key: string, schemes: RegExp): URL | undefined => {
      const value = read(variable, key);
      if (variable === undefined || value === undefined) return undefined;
      const url = URL.parse(value);
      if (url && schemes.test(url.protocol) && url.hostname !== '') return url;
      const message = `must be an address such as ${key.startsWith('redis') ? 'redis' : 'postgresql'}://user:password@host/name (${at(key)} names it)`;
      problems.push({ source: 'environment', path: variable, message });
      return undefined;
    };
    const postgresUrl = address(postgres?.urlEnv, 'postgres.urlEnv', /^postgres(ql)?:$/);
    const postgresFixUrl = address(postgres?.fixUrlEnv, 'postgres.fixUrlEnv', /^postgres(ql)?:$/);
    const redisUrl = address(redis?.urlEnv, 'redis.urlEnv', /^rediss?:$/);
    const redisFixUrl = address(redis?.fixUrlEnv, 'redis.fixUrlEnv', /^rediss?:$/);
    for (const [key, named, url, fixUrl] of [
      ['postgres.fixUrlEnv', postgres, postgresUrl, postgresFixUrl],
      ['redis.fixUrlEnv', redis, redisUrl, redisFixUrl],
    ] as const)
      if (named?.fixUrlEnv !== undefined && isElsewhere(url, fixUrl))
        problems.push({
          source: 'environment',
          path: named.fixUrlEnv,
          message: `must be where ${named.urlEnv} leads, as another user (${at(key)} names it)`,
        });
    const apiToken = read(api?.tokenEnv, 'api.tokenEnv');
    return {
      target: {
        environment: name,
        ...rest,
        ...(postgresUrl ? { postgres: postgresSeen(postgresUrl) } : {}),
        ...(redis && redisUrl ? { redis: { ...redisSeen(redisUrl), prefixes: redis.prefixes } } : {}),
        ...(api ? { api: apiSeen(api) } : {}),
      },
      credentials: {
        postgresUrl: postgresUrl?.href,
        postgresFixUrl: postgresFixUrl?.href,
        redisUrl: redisUrl?.href,
        redisFixUrl: redisFixUrl?.href,
        apiToken,
      },
      policy: {
        escalation: ladders.default,
        approval: approvals ?? file.approvals,
        ...(roles.length > 0 ? { roles } : {}),
        ...(rooms ? { rooms } : {}),
      },
      ladders,
      channel: channel ?? file.channel,
    };
  });
}

/** An IPv6 address without the brackets that a URL puts around it. */
const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

const isElsewhere = (one: URL | undefined, other: URL | undefined): boolean =>
  one !== undefined && other !== undefined && (one.host !== other.host || one.pathname !== other.pathname);

const postgresSeen = (url: URL) => {
  const user = decodeURIComponent(url.username) || 'postgres';
  return {
    host: hostOf(url),
    port: Number(url.port || 5432),
    user,
    database: decodeURIComponent(url.pathname.slice(1)) || user,
  };
};

const redisSeen = (url: URL) => ({
  host: hostOf(url),
  port: Number(url.port || 6379),
  database: Number(url.pathname.slice(1) || 0),
});

const apiSeen = ({ tokenEnv, ...seen }: NonNullable<ConfigFile['environments'][string]['api']>) => ({
  ...seen,
  hasToken: tokenEnv !== undefined,
});

/** What of the environments must never be shown: passwords alone and whole addresses that hold one. */
export const secretsOfEnvironments = (environments: readonly Environment[]): string[] =>
  environments.flatMap(({ credentials: { postgresUrl, postgresFixUrl, redisUrl, redisFixUrl, apiToken } }) =>
    [
      ...[postgresUrl, postgresFixUrl, redisUrl, redisFixUrl].map((url) =>
        url ? decodeURIComponent(new URL(url).password) : '',
      ),
      apiToken ?? '',
    ].filter((secret) => secret !== ''),
  );
