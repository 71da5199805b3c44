/**
 * Everything that Paksa is told: the process's environment and paksa.yaml, read once at start. Whatever is unknown,
 * of the wrong type or missing is refused, all of it at once, each with its path and what would be right.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { type AlertSettings, readAlerts } from './config/alerts.ts';
import { environment, misspelt } from './config/environment.ts';
import { type Environment, readEnvironments, secretsOfEnvironments } from './config/environments.ts';
import { configFile } from './config/file.ts';
import { readHeartbeat } from './config/heartbeat.ts';
import { byName, type SilenceSettings, silenceSettings } from './config/maintenance.ts';
import { type Paging, readPaging, secretsOfPaging } from './config/paging.ts';
import { type ConfigProblem, problemsOf } from './config/refusal.ts';
import { schedulesByName } from './config/schedule.ts';
import { UserError } from './errors.ts';
import type { Freeze } from './policy/freeze.ts';
import type { Grant } from './policy/roles.ts';
import type { Schedule } from './policy/schedule.ts';
import type { MaintenanceWindow } from './policy/silence.ts';

export type { Environment } from './config/environments.ts';
export type { ConfigProblem } from './config/refusal.ts';

export interface Config {
  /** Absolute path of the file that was read. */
  readonly file: string;
  readonly slack: SlackSettings;
  readonly port: number;
  /** Absent: the embedded PostgreSQL. */
  readonly databaseUrl?: string | undefined;
  /** Where what happens is kept while the database is away. */
  readonly spoolFolder: string;
  readonly logLevel: z.output<typeof environment>['LOG_LEVEL'];
  /** The outside monitor that is told that all ladders move. */
  readonly heartbeat?: { readonly url: string; readonly everyMs: number } | undefined;
  /** In the file's order; the first is the default. */
  readonly environments: readonly [Environment, ...Environment[]];
  /** Who is on call, by the names that responders give. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** When nobody is paged, as it is planned. */
  readonly maintenance: readonly MaintenanceWindow[];
  readonly freezes: readonly Freeze[];
  readonly silences: SilenceSettings;
  readonly paging: Paging;
  readonly alerts: AlertSettings;
}

export interface SlackSettings {
  readonly botToken?: string | undefined;
  readonly appToken?: string | undefined;
  readonly signingSecret?: string | undefined;
  /** Ends with a slash; Slack's own when absent. */
  readonly apiUrl?: string | undefined;
}

export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws an error with `code: 'ENOENT'` when it is not there */
  readonly readFile?: (path: string) => string;
}

export type ConfigCheck =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config?: never; readonly problems: readonly ConfigProblem[] };

/** Reads and judges the configuration without refusing: what `paksa config check` prints. */
export function checkConfig({
  env,
  readFile = (path) => readFileSync(path, 'utf8'),
}: ConfigSource): ConfigCheck {
  // A variable set to nothing is how shells and compose files say "unset".
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const path = resolve(given.PAKSA_CONFIG ?? 'paksa.yaml');
  const source = basename(path);

  const variables = environment.safeParse(given);
  const raw = readYaml(path, source, readFile);
  const file = raw.problem ? undefined : configFile.safeParse(raw.value);
  const problems: ConfigProblem[] = [
    ...misspelt(Object.keys(given)),
    ...(variables.error ? problemsOf(variables.error, 'environment') : []),
    ...(raw.problem ? [raw.problem] : []),
    ...(file?.error ? problemsOf(file.error, source) : []),
  ];
  const [first, ...others] = file?.data ? readEnvironments(file.data, given, problems) : [];
  const heartbeat = file?.data ? readHeartbeat(file.data, given, problems) : undefined;
  const paging = file?.data ? readPaging(file.data, given, source, problems) : undefined;
  const alerts = file?.data ? readAlerts(file.data, given, source, problems) : undefined;
  if (problems.length > 0 || !variables.data || !file?.data || !first || !paging || !alerts)
    return { problems };
  const config: Config = {
    file: path,
    ...assemble(variables.data),
    environments: [first, ...others],
    schedules: schedulesByName(file.data.schedules),
    maintenance: byName(file.data.maintenance),
    freezes: byName(file.data.freezes),
    silences: silenceSettings(file.data),
    paging,
    alerts,
    heartbeat,
  };
  return { config, problems: [] };
}

/** @throws UserError that lists everything to put right */
export function loadConfig(from: ConfigSource): Config {
  const { config, problems } = checkConfig(from);
  if (config) return config;
  throw new UserError(describeProblems(problems));
}

/** One line for each problem, under a line that counts them. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ source, path, message }) =>
    source === 'environment' ? `  ${path} ${message}` : `  ${source}: ${path} ${message}`,
  );
  const count = problems.length === 1 ? 'one thing' : `${problems.length} things`;
  return [`The configuration has ${count} to put right:`, ...lines].join('\n');
}

type RawYaml = { readonly value: unknown; readonly problem?: never } | { readonly problem: ConfigProblem };

function readYaml(path: string, source: string, readFile: (path: string) => string): RawYaml {
  let written: string;
  try {
    written = readFile(path);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const message = absent
      ? 'is not there: copy paksa.example.yaml to it and edit it, or point PAKSA_CONFIG at yours'
      : `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { problem: { source, path, message } };
  }
  const document = parseDocument(written);
  const [error] = document.errors;
  if (!error) return { value: document.toJS() ?? {} };
  return { problem: { source, path: 'the file', message: `is not YAML: ${error.message.split('\n')[0]}` } };
}

const assemble = (
  variables: z.output<typeof environment>,
): Pick<Config, 'slack' | 'port' | 'databaseUrl' | 'spoolFolder' | 'logLevel'> => ({
  slack: {
    botToken: variables.SLACK_BOT_TOKEN,
    appToken: variables.SLACK_APP_TOKEN,
    signingSecret: variables.SLACK_SIGNING_SECRET,
    apiUrl: variables.SLACK_API_URL,
  },
  port: variables.PORT,
  databaseUrl: variables.DATABASE_URL,
  spoolFolder: resolve(variables.PAKSA_SPOOL),
  logLevel: variables.LOG_LEVEL,
});

/** How the bot reaches Slack: over a socket when there is an app token, else by signed requests. */
export type SlackConnection =
  | { readonly mode: 'socket'; readonly botToken: string; readonly appToken: string }
  | { readonly mode: 'http'; readonly botToken: string; readonly signingSecret: string };

/** The CLI runs without Slack; the bot does not. @throws UserError naming the variables that are missing */
export function slackConnection({ botToken, appToken, signingSecret }: SlackSettings): SlackConnection {
  if (botToken && appToken) return { mode: 'socket', botToken, appToken };
  if (botToken && signingSecret) return { mode: 'http', botToken, signingSecret };
  const missing = [
    ...(botToken ? [] : ['SLACK_BOT_TOKEN']),
    ...(appToken || signingSecret ? [] : ['SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)']),
  ];
  throw new UserError(
    `To connect to Slack, set ${missing.join(' and ')}. README.md says where to find them.`,
  );
}

/** The roles of every environment. */
export const grantsOf = ({ environments }: Config): readonly Grant[] =>
  environments.flatMap(({ policy }) => policy.roles ?? []);

/** The topics that the rules of ladders, roles, maintenance windows and change freezes name. */
export const topicsNamed = ({ environments, maintenance, freezes }: Config): string[] =>
  [
    ...environments.flatMap(({ ladders, policy }) => [...ladders.rules, ...(policy.roles ?? [])]),
    ...maintenance,
    ...freezes,
  ].flatMap(({ topics = [] }) => topics);

/** Every configured value that must never be shown or logged. */
export function secretsOf(config: Config): string[] {
  const { slack, databaseUrl, heartbeat, environments, paging, alerts } = config;
  const password = databaseUrl ? decodeURIComponent(new URL(databaseUrl).password) : '';
  return [
    ...[slack.botToken, slack.appToken, slack.signingSecret, password, heartbeat?.url, alerts.token].filter(
      (secret): secret is string => secret !== undefined && secret !== '',
    ),
    ...secretsOfEnvironments(environments),
    ...secretsOfPaging(paging),
  ];
}
