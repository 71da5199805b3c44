/** What paksa.yaml says of the systems of one environment; one schema a system. The guide's names are the defaults. */
import { z } from 'zod';
import { PLACED, type Placed, SERVICES } from '../adapters/exec/port.ts';
import { count, kubernetesName, matching, path, route, text, variable, webAddress } from './fields.ts';
import { block, must } from './refusal.ts';

export const tls = block({
  host: text('the host name or address to connect to'),
  port: count('the port', 1, 65_535).default(443),
  servername: text('the name to ask for (SNI)').optional(),
  trust: path('a PEM file of authorities to trust').optional(),
});

const certbot = block({
  kind: z.literal('certbot'),
  name: text('the lineage, as `certbot certificates` names it'),
  program: text('the program').default('certbot'),
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

/** Says it of the discriminator when that is wrong, else of the whole. */
const choice = (key: string, ...kinds: readonly string[]) => {
  const listed = kinds.join(' or ');
  return {
    error: (issue: { readonly code?: string | undefined; readonly input?: unknown }): string =>
      issue.code === 'invalid_union'
        ? `must be ${listed}`
        : must(`a block whose ${key} is ${listed}`).error(issue),
  };
};

/** Where a program is run: in one of these, or on this host. */
const placeIn = <const In extends readonly [Placed, ...Placed[]]>(names: In) => {
  const service = z.enum(names, must(`one of ${names.join(', ')}`));
  return z.discriminatedUnion(
    'on',
    [
      block({ on: z.literal('host') }),
      block({ on: z.literal('container'), service }),
      block({ on: z.literal('pod'), service }),
    ],
    choice('on', 'host', 'container', 'pod'),
  );
};

export const certificate = block({
  place: placeIn(PLACED).default({ on: 'host' }),
  files: block({
    certificate: path('the PEM file of the certificate'),
    key: path('the PEM file of its key'),
  }),
  authority: z.discriminatedUnion('kind', [certbot, localCa], choice('kind', 'certbot', 'local-ca')),
}).refine(({ place: { on }, authority: { kind } }) => kind === 'certbot' || on === 'host', {
  path: ['place'],
  ...must('{ on: host } with a local-ca, whose key is on this host: elsewhere certbot renews'),
});

export const api = block({
  url: webAddress('where the API is reached from here'),
  port: count('the port that a replica listens on', 1, 65_535).default(8000),
  paths: block({
    health: route('where the health is').default('/health'),
    metrics: route('where the metrics are').default('/metrics'),
    verify: route('where a token is verified').default('/auth/verify'),
    slow: route('the request whose time matters').default('/api/v1/invoices'),
  }).prefault({}),
  trust: path('a PEM file of authorities to trust').optional(),
  tokenEnv: variable('a token that the API accepts').optional(),
});

export const postgres = block({
  urlEnv: variable('the address of the database'),
  fixUrlEnv: variable('its address with the role that changes').optional(),
});

const prefixes = (what: string) =>
  z.array(text('a prefix of keys'), must(`a list of prefixes of the keys of ${what}`));

export const redis = block({
  urlEnv: variable('the address of Redis'),
  fixUrlEnv: variable('its address with the user that removes keys').optional(),
  prefixes: block({
    cache: prefixes('the cache').default(['cache:']),
    session: prefixes('sessions').default(['session:']),
    queue: prefixes('queues').default(['queue:', 'celery', '_kombu', 'rq:']),
  }).prefault({}),
});

/** Each service that there is, and where certbot is; the guide's, when the whole block is left out. */
const services = <Of extends z.ZodType>(of: Of) =>
  block({
    backend: of.optional(),
    postgres: of.optional(),
    redis: of.optional(),
    nginx: of.optional(),
    certbot: of.optional(),
  });

const containerRef = z.union(
  [block({ service: text('the compose service') }), block({ container: text('the name of the container') })],
  must('{ service: … } or { container: … }'),
);

export const docker = block({
  socketPath: path("the engine's socket").default('/var/run/docker.sock'),
  project: text('the compose project').optional(),
  services: services(containerRef).prefault({
    backend: { service: 'backend' },
    postgres: { service: 'postgres' },
    redis: { service: 'redis' },
    nginx: { service: 'nginx' },
    // Looked for only where a place names it.
    certbot: { service: 'certbot' },
  }),
}).refine(
  ({ project, services: named }) =>
    project !== undefined || Object.values(named).every((ref) => ref === undefined || 'container' in ref),
  { path: ['project'], ...must('the compose project, by which its services are found') },
);

const workload = block({
  kind: z.enum(['deployment', 'statefulset'], must('deployment or statefulset')),
  name: kubernetesName('the workload'),
  namespace: kubernetesName('its namespace').optional(),
  container: text('the container meant').optional(),
});

export const kubernetes = block({
  kubeconfig: path('a kubeconfig').optional(),
  context: text('the context of the kubeconfig').optional(),
  namespace: kubernetesName('the namespace').default('paksa-financial'),
  // The guide names none for redis, and a guessed one that is not there would be told as a Redis that is down.
  workloads: services(workload).prefault({
    backend: { kind: 'deployment', name: 'paksa-backend' },
    postgres: { kind: 'statefulset', name: 'postgres-primary' },
    nginx: { kind: 'deployment', name: 'nginx-ingress-controller' },
    certbot: { kind: 'deployment', name: 'certbot' },
  }),
  backendService: kubernetesName('the Service in front of the backend').default('paksa-backend-service'),
  tlsSecret: kubernetesName('the TLS secret').default('paksa-tls-secret'),
  jwtSecret: block({
    name: kubernetesName('the secret'),
    key: text('the key in the secret').default('JWT_SECRET_KEY'),
  }).optional(),
  databaseSecret: block({
    name: kubernetesName('the secret'),
    key: text('the key in the secret').default('DATABASE_URL'),
    user: text('the role whose password it is, where the secret holds nothing else').optional(),
  }).optional(),
});

const place = placeIn(SERVICES);

/** An absolute path where the program runs, which need not be this host. */
const pathThere = (what: string) => matching(/^\/\S*$/, `the absolute path of ${what}, as seen in its place`);

export const nginx = block({
  place,
  program: text('the program').default('nginx'),
  config: pathThere('its main configuration file').optional(),
  errorLog: pathThere('its error log').optional(),
});

export const alembic = block({
  place,
  program: z
    .tuple([text('a program')], text('an argument'), must('a list: the program and its arguments'))
    .default(['alembic']),
  config: pathThere('alembic.ini'),
});

export const prometheus = block({ url: webAddress('where Prometheus is') });

export const backups = block({
  directory: path('the folder of the dumps'),
  pgRestore: path('pg_restore').default('/usr/bin/pg_restore'),
  psql: path('psql').default('/usr/bin/psql'),
});
