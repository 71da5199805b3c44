/** What paksa.yaml says of the pagers beside Slack, and of how people are reached by them. */
import { z } from 'zod';
import { count, matching, path, text, variable } from './fields.ts';
import { block, must, nearest } from './refusal.ts';

const E164 = /^\+[1-9]\d{6,14}$/;
const phone = (what: string) => matching(E164, `${what} in E.164 and in quotes, such as "+4915112345678"`);

/** A secret in an address would be shown wherever the address is. */
const address = (what: string) => {
  const right = must(`${what}, an http or https address without user and password`);
  return z.url({ protocol: /^https?$/, ...right }).refine((url) => {
    const { username, password } = new URL(url);
    return username === '' && password === '';
  }, right);
};

/** One that paths are added to. */
const base = (what: string) => address(what).transform((url) => url.replace(/\/+$/, ''));

const webhookSecretEnv = variable('what answers given there are signed with').optional();

const pagerDuty = block({
  kind: z.literal('pagerduty'),
  url: base('where PagerDuty takes events').default('https://events.pagerduty.com'),
  routingKeyEnv: variable('the integration key'),
  webhookSecretEnv,
});

const opsgenie = block({
  kind: z.literal('opsgenie'),
  url: base('where Opsgenie is').default('https://api.opsgenie.com'),
  apiKeyEnv: variable('the key of an API integration'),
  team: text('the team that is called').optional(),
  webhookSecretEnv,
});

const twilio = block({
  kind: z.literal('twilio'),
  url: base('where Twilio is').default('https://api.twilio.com'),
  by: z.enum(['sms', 'voice'], must('sms or voice')).default('sms'),
  accountSid: matching(/^AC[0-9a-f]{32}$/, "the account's SID, which begins with AC"),
  apiKey: matching(/^SK[0-9a-f]{32}$/, "an API key's SID, which begins with SK").optional(),
  tokenEnv: variable("the account's auth token, or the API key's secret"),
  webhookSecretEnv,
  from: matching(
    /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/,
    'a number of the account in E.164 and in quotes, or a messaging service (MG…)',
  ),
}).refine(({ by, from }) => by === 'sms' || from.startsWith('+'), {
  path: ['from'],
  ...must('a number of the account: a messaging service cannot call'),
});

const email = block({
  kind: z.literal('email'),
  host: text('the mail server'),
  port: count('the port', 1, 65_535).default(587),
  security: z.enum(['starttls', 'tls', 'none'], must('starttls, tls or none')).default('starttls'),
  trust: path('a PEM file of authorities to trust').optional(),
  user: text('the user at the mail server').optional(),
  passwordEnv: variable("the user's password").optional(),
  from: matching(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'the sender, such as Paksa <paksa@example.com>'),
}).refine(({ user, passwordEnv }) => (user === undefined) === (passwordEnv === undefined), {
  path: ['passwordEnv'],
  ...must('given together with user'),
});

const webhook = block({
  kind: z.literal('webhook'),
  url: address('where the page is sent'),
  secretEnv: variable('the secret that the page is signed with'),
});

const KINDS = ['pagerduty', 'opsgenie', 'twilio', 'email', 'webhook'];

const pager = z.discriminatedUnion('kind', [pagerDuty, opsgenie, twilio, email, webhook], {
  error: ({ code, input }) => {
    const listed = KINDS.join(', ');
    if (code !== 'invalid_union') return `must be a block whose kind is one of ${listed}`;
    const { kind = '' } = z.object({ kind: z.string() }).safeParse(input).data ?? {};
    const meant = nearest(kind, KINDS);
    return `must be one of ${listed}${meant === undefined ? '' : `: did you mean ${meant}?`}`;
  },
});

const NAME = matching(
  /^(?!slack$)[a-z][a-z0-9-]{0,39}$/,
  'a name of lower-case letters, digits and hyphens; slack is there always',
);

export const pagers = z.record(NAME, pager, must('a block of pagers by name')).default({});

const USER = matching(/^[UW][A-Z0-9]+$/, "a user's id in Slack, such as U012AB3CD");

export const people = z
  .record(
    USER,
    block({
      email: matching(/^[^\s@]+@[^\s@]+$/, 'an e-mail address').optional(),
      phone: phone('a phone number').optional(),
    }),
    must("a block of people by their users' ids in Slack"),
  )
  .default({});

/** The pagers that a level names, in order. */
export const pagerNames = z
  .array(text('the name of a pager'), must('a list of pagers, such as [slack, sms]'))
  .min(1, must('a list of at least one pager'))
  .refine((names) => new Set(names).size === names.length, must('a list that names each pager once'));
