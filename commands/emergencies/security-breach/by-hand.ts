/** What only people can do in a breach: evidence, passwords and keys that Paksa does not change, patches, the audit. By the target's own names. */
import { person } from '../../../src/runbook/procedure.ts';
import { compose, kubectl, within, workload } from '../../parts/by-hand.ts';

export const keepEvidence = person(
  'Keep the evidence',
  (target) => [
    `Logs: ${kubectl(target)} logs ${workload(target, 'backend')} --all-containers --timestamps > backend.log; ${compose(target)} logs --timestamps --no-color > compose.log. Pods that are stopped take theirs with them.`,
    'Disks: a snapshot of the volumes, docker commit of the containers. Memory, where it matters: before anything is stopped.',
    'The database: its log, and who was in it (the step before). Nothing is cleaned up before it was copied.',
    'To a place that nobody who is suspected, and no machine that is affected, can write to; with a checksum (sha256sum).',
    'From now on, write down here who does what.',
  ],
  { minutes: 30 },
);

export const changePostgres = person(
  'Change the passwords of the database’s roles',
  (target) => [
    `psql as a superuser: ${within(target, 'postgres', 'psql -U postgres')}.`,
    '\\du lists the roles. For each that can log in, but one that Paksa’s step above has changed: \\password paksa. It asks twice and sends a hash; a plain ALTER ROLE would leave the password in the log and in the history.',
    'A role that nobody knows: ALTER ROLE … NOLOGIN; then look what it owns and what it was granted.',
    'POSTGRES_PASSWORD counts only when the data directory is made: changing it alone changes no role.',
    'A new password throws nobody out: the sessions are ended once more below.',
  ],
  { minutes: 30 },
);

export const changeRedis = person(
  'Change the password of Redis',
  (target) => [
    `redis-cli: ${within(target, 'redis', 'redis-cli')}; then AUTH with the present password, if it has one.`,
    'ACL LIST shows its users. Only “default”: CONFIG SET requirepass followed by the new password. Others: ACL SETUSER name resetpass >new-password for each, ACL DELUSER for one that nobody knows.',
    'To make it last: CONFIG REWRITE where there is a configuration file, ACL SAVE where there is an aclfile; where it comes from the command line (--requirepass), change the compose file or the manifest.',
    'Who is connected stays let in: CLIENT KILL TYPE normal ends all but you.',
  ],
  { minutes: 20 },
);

export const changeAddresses = person(
  'Put the new passwords where they are used',
  (target) => [
    'In an address, characters such as @ : / % # are written as %40 %3A %2F %25 %23.',
    `Cluster: write stringData with REDIS_URL, and DATABASE_URL if no step of Paksa’s has changed it, to a file patch.yaml; ${kubectl(target)} patch secret <name> --patch-file patch.yaml; delete the file. Which secret: ${kubectl(target)} get ${workload(target, 'backend')} -o yaml, under secretKeyRef.`,
    `Compose: DATABASE_URL, REDIS_URL and JWT_SECRET_KEY (openssl rand -base64 48) in .env; then ${compose(target)} up --no-start --no-deps backend. A container keeps the environment that it was made with: a restart alone goes on with the old ones.`,
    'Paksa: the variables that postgres.urlEnv, redis.urlEnv and api.tokenEnv name in paksa.yaml, and DATABASE_URL if its own database is on that server; then restart it. This procedure goes on where it was.',
    'Exporters, backups and jobs that log in, too.',
  ],
  { minutes: 30 },
);

export const changeKeys = person(
  'Change all other passwords and API keys',
  (target) => [
    'Payment, mail and cloud providers; deploy keys; tokens of CI and of the image registry; people’s own logins there.',
    `The cluster: kubeconfigs and service accounts’ tokens that may have been read. A pod can read what it mounts: ${kubectl(target)} describe ${workload(target, 'backend')}.`,
    'Paksa’s own, if its machine was among those affected: SLACK_BOT_TOKEN, SLACK_APP_TOKEN or SLACK_SIGNING_SECRET.',
    'Revoke the old one at each place: a new one beside it closes nothing.',
  ],
  { minutes: 120 },
);

export const patch = person(
  'Apply security patches',
  [
    'The way in first: the hole itself, not its traces.',
    'Then base images, dependencies and machines: rebuild the images from their sources, do not clean the running ones.',
    'Deploy them with no replica wanted, or made and not started: they are started below.',
  ],
  { minutes: 240 },
);

export const audit = person(
  'Conduct the audit',
  [
    'The way in is known, and closed.',
    'What was read or changed is known, and so is who has to be told and by when (GDPR, art. 33: 72 hours).',
    'No account, role, key, job, image or service is left that nobody here made.',
    'What runs is what was built here: the digests of the images agree.',
    'The data hold together: diagnose data-corruption.',
    'A backup from before the breach is at hand, and restoring it was tried.',
    'Paksa’s copies of old secrets (their names have “-kept-”) are deleted.',
    'Somebody who was not part of the work has read this list.',
  ],
  { minutes: 480 },
);

export const watch = person(
  'Watch closely',
  ['Diagnose security-breach again in an hour, and tomorrow: it reads the access logs.'],
  { minutes: 90 },
);
