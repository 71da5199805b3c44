/** What paksa.yaml says of alerts: the variable that holds the token, and where each alert leads. */
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { type AlertRoute, GUIDE_ROUTES, type LabelMatch } from '../policy/route.ts';
import { matching, text, variable } from './fields.ts';
import type { ConfigFile } from './file.ts';
import { block, type ConfigProblem, must } from './refusal.ts';

/** A label's name. */
export const LABEL = matching(/^[a-zA-Z_][a-zA-Z0-9_.-]*$/, "a label's name, such as alertname");

const label = z
  .union(
    [z.string(), block({ regex: text('a regular expression') })],
    must('text, or { regex: … } with a regular expression'),
  )
  .transform((given, context): LabelMatch => {
    if (typeof given === 'string') return given;
    try {
      return { regex: new RegExp(`^(?:${given.regex})$`, 'u') };
    } catch (error) {
      const message = `must be a regular expression: ${messageOf(error)}`;
      context.issues.push({ code: 'custom', message, input: given, path: ['regex'] });
      return z.NEVER;
    }
  });

const route = block({
  match: z
    .record(LABEL, label, must('a block of labels, such as { alertname: HighErrorRate }'))
    .refine((labels) => Object.keys(labels).length > 0, must('a block with at least one label')),
  topic: text('a topic, such as load-balancer'),
  environment: text("an environment's name").optional(),
  severity: z.enum(['warning', 'critical'], must('warning or critical')).optional(),
});

export const alerts = block({
  tokenEnv: variable('the token that monitoring sends').optional(),
  routes: z.array(route, must('a list of routes, the first that matches decides')).default([]),
});

export interface AlertSettings {
  /** Nobody may send alerts without one. */
  readonly token?: string | undefined;
  /** In the order in which they are tried: the guide's own come last. */
  readonly routes: readonly AlertRoute[];
}

/** Anybody can guess a short one. */
const LEAST_TOKEN = 16;

/** What is missing or wrong is added to `problems`. */
export function readAlerts(
  { alerts: { tokenEnv, routes }, channel, environments }: ConfigFile,
  variables: Readonly<Record<string, string | undefined>>,
  source: string,
  problems: ConfigProblem[],
): AlertSettings {
  const token = tokenEnv === undefined ? undefined : variables[tokenEnv];
  const wrong = (path: string, message: string) => problems.push({ source, path, message });
  if (tokenEnv !== undefined && token === undefined)
    problems.push({ source: 'environment', path: tokenEnv, message: 'is not set: alerts.tokenEnv names it' });
  if (tokenEnv !== undefined && token !== undefined && token.length < LEAST_TOKEN)
    problems.push({
      source: 'environment',
      path: tokenEnv,
      message: `must be at least ${LEAST_TOKEN} characters, such as \`openssl rand -hex 32\` prints (alerts.tokenEnv names it)`,
    });
  routes.forEach(({ environment }, index) => {
    if (environment !== undefined && !Object.hasOwn(environments, environment))
      wrong(
        `alerts.routes[${index}].environment`,
        `must be one of the environments: ${Object.keys(environments).join(', ')}`,
      );
  });
  const silent = Object.keys(environments).find(
    (name) => (environments[name]?.channel ?? channel) === undefined,
  );
  if (tokenEnv !== undefined && silent !== undefined)
    wrong(
      'channel',
      `is missing: alerts open incidents of ${silent} by themselves, and their cards have to stand somewhere`,
    );
  return { token, routes: [...routes, ...GUIDE_ROUTES] };
}
