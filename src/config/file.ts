/** What paksa.yaml may say. docs/configuration.md describes each key; paksa.example.yaml shows them all. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Responder } from '../policy/policy.ts';
import { duration } from './duration.ts';
import { block, must } from './refusal.ts';

const text = (what: string) => z.string(must(what)).trim().min(1, must(what));
const matching = (pattern: RegExp, what: string) => z.string(must(what)).regex(pattern, must(what));
const path = (what: string) => {
  const right = must(`the absolute path of ${what}, such as /etc/paksa/…`);
  return z.string(right).refine(isAbsolute, right);
};
const count = (what: string, least: number, most: number) => {
  const right = must(`${what}, a whole number from ${least} to ${most}`);
  return z.number(right).int(right).min(least, right).max(most, right);
};

const tls = block({
  host: text('the host name or address to connect to'),
  port: count('the port', 1, 65_535).default(443),
  servername: text('the name to ask for (SNI)').optional(),
  trust: path('a PEM file of authorities to trust').optional(),
});

const certbot = block({
  kind: z.literal('certbot'),
  name: text('the lineage, as `certbot certificates` names it'),
  program: path('certbot').default('/usr/bin/certbot'),
  configDir: path("certbot's --config-dir").optional(),
  workDir: path("certbot's --work-dir").optional(),
  logsDir: path("certbot's --logs-dir").optional(),
});

const localCa = block({
  kind: z.literal('local-ca'),
  directory: path('the folder with root.pem, intermediate.pem and intermediate.key'),
  names: z
    .array(text('a DNS name or an address'), must('a list of DNS names'))
    .min(1, must('at least one name'))
    .optional(),
  days: count('how many days a new certificate is valid', 1, 825).default(90),
});

/** Says it of the kind when the kind is wrong, else of the whole. */
const AUTHORITY = {
  error: (issue: { readonly code?: string | undefined; readonly input?: unknown }): string =>
    issue.code === 'invalid_union'
      ? 'must be certbot or local-ca'
      : must('a block whose kind is certbot or local-ca').error(issue),
};

const certificate = block({
  files: block({
    certificate: path('the PEM file of the certificate'),
    key: path('the PEM file of its key'),
  }),
  authority: z.discriminatedUnion('kind', [certbot, localCa], AUTHORITY),
});

const environment = block({
  tls: tls.optional(),
  certificate: certificate.optional(),
});

const ENVIRONMENT = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'a name of lower-case letters, digits and hyphens, such as production',
);

const IDS = {
  user: matching(/^[UW][A-Z0-9]+$/, "a user's id, such as U012AB3CD (profile › ⋮ › Copy member ID)"),
  usergroup: matching(/^S[A-Z0-9]+$/, "a user group's id, such as S012AB3CD"),
  channel: matching(/^[CG][A-Z0-9]+$/, "a channel's id, such as C012AB3CD (at the bottom of its details)"),
};

/** `{ user: U… }` and its kin, one of them and no more, read into a responder. */
function oneOf<Kind extends Responder['kind']>(...kinds: readonly Kind[]) {
  const shape = Object.fromEntries(kinds.map((kind) => [kind, IDS[kind].optional()]));
  const right = `must be one of ${kinds.map((kind) => `{ ${kind}: ${kind === 'usergroup' ? 'S' : kind[0]?.toUpperCase()}… }`).join(', ')}`;
  return block(shape).transform((given, context): Responder => {
    const found = kinds.flatMap((kind) =>
      typeof given[kind] === 'string' ? [{ kind, id: given[kind] }] : [],
    );
    if (found.length === 1 && found[0]) return found[0];
    context.issues.push({ code: 'custom', message: right, input: given });
    return z.NEVER;
  });
}

const level = block({
  name: text("the level's name"),
  delay: duration('1s', '7d').default(600_000),
  repeats: count('how often the level is paged', 1, 20).default(1),
  responders: z.array(oneOf('user', 'usergroup', 'channel'), must('a list of responders')).default([]),
}).transform(({ delay, ...rest }) => ({ ...rest, delayMs: delay }));

/** The troubleshooting guide's four levels, with nobody in them yet. */
const GUIDE_LEVELS = [
  'Development team',
  'DevOps/Infrastructure team',
  'Senior architects',
  'External consultants',
];

const ladder = block({
  firstPageAfter: duration('0s', '7d').default(600_000),
  levels: z
    .array(level, must('a list of levels, the first to be paged first'))
    .min(1, must('a list of at least one level'))
    .max(10, must('a list of at most ten levels'))
    .prefault(GUIDE_LEVELS.map((name) => ({ name }))),
  afterLast: z.enum(['repeat', 'stop'], must('repeat or stop')).default('stop'),
}).transform(({ firstPageAfter, ...rest }) => ({ ...rest, firstPageAfterMs: firstPageAfter }));

const approvals = block({
  approvers: z.array(oneOf('user', 'usergroup'), must('a list of users and user groups')).default([]),
  expires: duration('10s', '7d').default(1_800_000),
  selfApproval: z.boolean(must('true or false')).default(false),
}).transform(({ expires, ...rest }) => ({ ...rest, expiresMs: expires }));

export const configFile = block({
  environments: z
    .record(ENVIRONMENT, environment, must('a block of environments by name'))
    .refine((named) => Object.keys(named).length > 0, must('a block with at least one environment')),
  channel: IDS.channel.optional(),
  ladder: ladder.prefault({}),
  approvals: approvals.prefault({}),
});
