/** What the process's environment says: Slack's tokens, addresses, and where the configuration file is. Secrets come only from here. */
import { z } from 'zod';
import { type ConfigProblem, must, nearest } from './refusal.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const startingWith = (prefix: string, what: string) => z.string().startsWith(prefix, must(what));
const url = (protocol: RegExp, what: string) => z.url({ protocol, ...must(what) });

const PORT = must('a port from 0 to 65535; 0 takes any free one');

export const environment = z.object({
  SLACK_BOT_TOKEN: startingWith('xoxb-', "the bot's token, which begins with xoxb-").optional(),
  SLACK_APP_TOKEN: startingWith('xapp-', 'the app-level token, which begins with xapp-').optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(8, must("the app's signing secret, from its Basic Information page"))
    .optional(),
  SLACK_API_URL: url(/^https?$/, 'an http or https address, such as https://slack.com/api/')
    .transform((address) => (address.endsWith('/') ? address : `${address}/`))
    .optional(),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT)
    .transform(Number)
    .pipe(z.number().max(65_535, PORT))
    .default(3000),
  DATABASE_URL: url(
    /^postgres(ql)?$/,
    'a PostgreSQL address, such as postgres://user:password@host:5432/paksa',
  ).optional(),
  PAKSA_CONFIG: z.string().optional(),
  PAKSA_SPOOL: z.string().default('.paksa/spool'),
  LOG_LEVEL: z.enum(LOG_LEVELS, must(`one of ${LOG_LEVELS.join(', ')}`)).default('info'),
});

const KNOWN = Object.keys(environment.shape);

/** Slips of the finger. Other tools have SLACK_ variables of their own, so that only near misses are refused. */
export function misspelt(names: readonly string[]): ConfigProblem[] {
  return names
    .filter((name) => /^(SLACK|PAKSA)_/.test(name) && !KNOWN.includes(name))
    .flatMap((name) => {
      const meant = nearest(name, KNOWN, 2);
      return meant === undefined
        ? []
        : [{ source: 'environment', path: name, message: `is not read: did you mean ${meant}?` }];
    });
}
