/** What paksa.yaml may say. docs/configuration.md describes each key; paksa.example.yaml shows them all. */
import { z } from 'zod';
import { alerts } from './alerts.ts';
import { duration } from './duration.ts';
import { matching, variable, webAddress } from './fields.ts';
import { ladderRules, ladders, refuseIdleRules } from './ladders.ts';
import { freezes, maintenance, refuseUnknownEnvironments, silences } from './maintenance.ts';
import { pagers, people } from './pagers.ts';
import { approvals, ladder, rooms } from './policy.ts';
import { block, must } from './refusal.ts';
import { roles } from './roles.ts';
import { refuseUnknown, schedules } from './schedule.ts';
import * as systems from './systems.ts';
import { businessHours } from './time.ts';
import { channel } from './who.ts';

const ENVIRONMENT = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'a name of lower-case letters, digits and hyphens, such as production',
);

const environment = block({
  tls: systems.tls.optional(),
  certificate: systems.certificate.optional(),
  api: systems.api.optional(),
  postgres: systems.postgres.optional(),
  redis: systems.redis.optional(),
  docker: systems.docker.optional(),
  kubernetes: systems.kubernetes.optional(),
  nginx: systems.nginx.optional(),
  alembic: systems.alembic.optional(),
  prometheus: systems.prometheus.optional(),
  backups: systems.backups.optional(),
  channel: channel.optional(),
  ladder: ladder.optional(),
  ladderRules: ladderRules.optional(),
  approvals: approvals.optional(),
  roles: roles.optional(),
  rooms: rooms.optional(),
});

/** A monitor elsewhere, which pages when it hears nothing any more. */
const heartbeat = block({
  urlEnv: variable('the address of the outside monitor'),
  every: duration('10s', '1h').default(60_000),
}).transform(({ every, ...rest }) => ({ ...rest, everyMs: every }));

const file = block({
  environments: z
    .record(ENVIRONMENT, environment, must('a block of environments by name'))
    .refine((named) => Object.keys(named).length > 0, must('a block with at least one environment')),
  channel: channel.optional(),
  ladder: ladder.prefault({}),
  approvals: approvals.prefault({}),
  roles: roles.prefault([]),
  rooms: rooms.optional(),
  schedules: schedules.prefault({}),
  ladders: ladders.prefault({}),
  ladderRules: ladderRules.prefault([]),
  businessHours: businessHours.optional(),
  maintenance: maintenance.prefault({}),
  freezes: freezes.prefault({}),
  silences: silences.prefault({}),
  heartbeat: heartbeat.optional(),
  publicUrl: webAddress('the address under which Paksa’s port is reached from outside').optional(),
  pagers,
  people,
  alerts: alerts.prefault({}),
});

export const configFile = file
  .superRefine(refuseUnknown)
  .superRefine(refuseIdleRules)
  .superRefine(refuseUnknownEnvironments);

export type ConfigFile = z.output<typeof configFile>;
