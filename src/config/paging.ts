/** The pagers with their secrets, the people whom they reach, and whether every ladder can be paged by them. */
import { needOf, type PagerSettings, type People, type ReplySettings } from '../paging/settings.ts';
import { type EscalationPolicy, type Responder, SLACK } from '../policy/policy.ts';
import type { Schedule } from '../policy/schedule.ts';
import type { ConfigFile } from './file.ts';
import { type ConfigProblem, nearest } from './refusal.ts';
import { schedulesByName } from './schedule.ts';

export interface Paging {
  /** Beside Slack. */
  readonly pagers: readonly PagerSettings[];
  readonly people: People;
  /** Where Paksa's own port is reached from outside. */
  readonly publicUrl?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What is missing or wrong is added to `problems`; `source` is the file's name. */
export function readPaging(
  file: ConfigFile,
  variables: Variables,
  source: string,
  problems: ConfigProblem[],
): Paging {
  const paging: Paging = {
    pagers: Object.entries(file.pagers).map(([name, described]) =>
      settingsOf(name, described, { variables, source, problems, publicUrl: file.publicUrl }),
    ),
    people: new Map(Object.entries(file.people)),
    ...(file.publicUrl === undefined ? {} : { publicUrl: file.publicUrl }),
  };
  const own = Object.entries(file.environments).flatMap(([name, { ladder }]) =>
    ladder ? [[`environments.${name}.ladder`, ladder] as const] : [],
  );
  const schedules = schedulesByName(file.schedules);
  const named = Object.entries(file.ladders).map(([name, ladder]) => [`ladders.${name}`, ladder] as const);
  for (const [at, ladder] of [['ladder', file.ladder] as const, ...named, ...own])
    problems.push(...problemsOfLadder(ladder, paging, schedules).map((each) => each(at, source)));
  return paging;
}

interface Reading {
  readonly variables: Variables;
  readonly source: string;
  readonly problems: ConfigProblem[];
  readonly publicUrl: string | undefined;
}

function settingsOf(
  name: string,
  described: ConfigFile['pagers'][string],
  { variables, source, problems, publicUrl }: Reading,
): PagerSettings {
  const secret = (variable: string, key: string): string => {
    const value = variables[variable];
    if (value === undefined)
      problems.push({
        source: 'environment',
        path: variable,
        message: `is not set: pagers.${name}.${key} names it`,
      });
    return value?.trim() ?? '';
  };
  const replies = (variable: string | undefined): { replies?: ReplySettings } =>
    variable === undefined
      ? {}
      : { replies: repliesOf(name, described.kind, variable, { variables, source, problems, publicUrl }) };
  switch (described.kind) {
    case 'pagerduty': {
      const { routingKeyEnv, webhookSecretEnv, ...rest } = described;
      const routingKey = secret(routingKeyEnv, 'routingKeyEnv');
      return { ...rest, name, routingKey, ...replies(webhookSecretEnv) };
    }
    case 'opsgenie': {
      const { apiKeyEnv, webhookSecretEnv, ...rest } = described;
      return { ...rest, name, apiKey: secret(apiKeyEnv, 'apiKeyEnv'), ...replies(webhookSecretEnv) };
    }
    case 'twilio': {
      const { tokenEnv, webhookSecretEnv, ...rest } = described;
      return { ...rest, name, token: secret(tokenEnv, 'tokenEnv'), ...replies(webhookSecretEnv) };
    }
    case 'email': {
      const { passwordEnv, ...rest } = described;
      return {
        ...rest,
        name,
        password: passwordEnv === undefined ? undefined : secret(passwordEnv, 'passwordEnv'),
      };
    }
    case 'webhook': {
      const { secretEnv, ...rest } = described;
      return { ...rest, name, secret: secret(secretEnv, 'secretEnv') };
    }
  }
}

/** Anybody can guess a short one. */
const LEAST_SECRET = 16;

/** Where answers given there come in, and what proves that they do. */
function repliesOf(
  name: string,
  kind: PagerSettings['kind'],
  variable: string,
  { variables, source, problems, publicUrl }: Reading,
): ReplySettings {
  const secret = variables[variable]?.trim() ?? '';
  const named = `pagers.${name}.webhookSecretEnv names it`;
  if (secret === '')
    problems.push({ source: 'environment', path: variable, message: `is not set: ${named}` });
  else if (secret.length < LEAST_SECRET)
    problems.push({
      source: 'environment',
      path: variable,
      message: `must be at least ${LEAST_SECRET} characters (${named})`,
    });
  if (publicUrl === undefined && kind === 'twilio')
    problems.push({
      source,
      path: 'publicUrl',
      message: `is missing: Twilio signs the address that it calls, and pagers.${name} takes answers from it`,
    });
  return { secret, ...(publicUrl === undefined ? {} : { url: `${publicUrl}/pagers/${name}` }) };
}

type ProblemAt = (ladder: string, source: string) => ConfigProblem;

/** Pagers that there are not, and users whom one of their level's pagers could not reach. */
function problemsOfLadder(
  { levels }: EscalationPolicy,
  { pagers, people }: Paging,
  schedules: ReadonlyMap<string, Schedule>,
): ProblemAt[] {
  const known = [SLACK, ...pagers.map(({ name }) => name)];
  return levels.flatMap(({ pagers: names = [], responders }, level) =>
    names.flatMap((name, index): ProblemAt[] => {
      const path = `levels[${level}].pagers[${index}]`;
      if (!known.includes(name)) {
        const meant = nearest(name, known);
        const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
        return [(at, source) => ({ source, path: `${at}.${path}`, message: `is no pager: ${hint}` })];
      }
      const need = needOf(pagers.find((each) => each.name === name));
      if (need === undefined) return [];
      return [...new Set(responders.flatMap((responder) => usersOf(responder, schedules)))]
        .filter((id) => people.get(id)?.[need] === undefined)
        .map(
          (id): ProblemAt =>
            (at, source) => ({
              source,
              path: `people.${id}.${need}`,
              message: `is missing: ${at}.${path} (${name}) calls them by it`,
            }),
        );
    }),
  );
}

/** Whoever may be called for a responder; of a user group nobody knows it here. */
const usersOf = ({ kind, id }: Responder, schedules: ReadonlyMap<string, Schedule>): readonly string[] =>
  kind === 'user'
    ? [id]
    : kind === 'schedule'
      ? (schedules.get(id)?.layers.flatMap(({ users }) => users) ?? [])
      : [];

function secretOf(settings: PagerSettings): string {
  switch (settings.kind) {
    case 'pagerduty':
      return settings.routingKey;
    case 'opsgenie':
      return settings.apiKey;
    case 'twilio':
      return settings.token;
    case 'email':
      return settings.password ?? '';
    case 'webhook':
      return settings.secret;
  }
}

/** What of the pagers must never be shown. */
export const secretsOfPaging = ({ pagers }: Paging): string[] =>
  pagers
    .flatMap((each) => [secretOf(each), ...('replies' in each ? [each.replies?.secret ?? ''] : [])])
    .filter((secret, index, all) => secret !== '' && all.indexOf(secret) === index);
