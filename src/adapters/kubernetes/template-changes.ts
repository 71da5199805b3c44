/** What differs between two pod templates, in lines that matter. Of variables only the names are told: their values may be secrets. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { TemplateChange } from './port.ts';
import { TEMPLATE_HASH } from './workload.ts';

const Port = z.union([z.string(), z.number()]);
const Command = z.array(z.string());
const Quantities = z.record(z.string(), z.union([z.string(), z.number()]));
const Named = z.looseObject({ name: z.string().optional() });

const Probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string().optional(), port: Port }).optional(),
  tcpSocket: z.looseObject({ port: Port }).optional(),
  grpc: z.looseObject({ port: Port }).optional(),
  exec: z.looseObject({ command: Command.optional() }).optional(),
  periodSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
});
type Probe = z.infer<typeof Probe>;

const Container = z.looseObject({
  name: z.string(),
  image: z.string().optional(),
  command: Command.optional(),
  args: Command.optional(),
  env: z.array(z.looseObject({ name: z.string() })).optional(),
  envFrom: z.array(z.looseObject({ secretRef: Named.optional(), configMapRef: Named.optional() })).optional(),
  resources: z.looseObject({ limits: Quantities.optional(), requests: Quantities.optional() }).optional(),
  readinessProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  startupProbe: Probe.optional(),
});
type Container = z.infer<typeof Container>;

const Words = z.record(z.string(), z.string()).optional();

/** With all its fields, known here or not. */
export const PodTemplate = z.looseObject({
  metadata: z.looseObject({ labels: Words, annotations: Words }).optional(),
  spec: z.looseObject({ containers: z.array(Container), initContainers: z.array(Container).optional() }),
});
export type PodTemplate = z.infer<typeof PodTemplate>;

/** What `kubectl rollout restart` writes. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

const MOST_CHANGES = 15;
const MOST_CHARACTERS = 160;

/** Nothing, when only a restart lies between. */
export function changesBetween(now: PodTemplate, then: PodTemplate): readonly TemplateChange[] {
  const [before, after] = [lasting(now), lasting(then)];
  if (isDeepStrictEqual(before, after)) return [];
  const changes = [
    ...pairs(before.spec.containers, after.spec.containers).flatMap(ofContainer),
    ...pairs(before.spec.initContainers ?? [], after.spec.initContainers ?? []).flatMap(ofContainer),
    ...others('', [
      ...differing(before.metadata ?? {}, after.metadata ?? {}),
      ...differing(before.spec, after.spec).filter((field) => !/^(initC|c)ontainers$/.test(field)),
    ]),
  ];
  if (changes.length === 0) return others('', ['their order']);
  const left = changes.length - MOST_CHANGES;
  return left <= 0 ? changes : [...changes.slice(0, MOST_CHANGES), ...others('', [`${left} more changes`])];
}

/** Without what every rollout writes anew. */
function lasting({ metadata, ...template }: PodTemplate): PodTemplate {
  const { [TEMPLATE_HASH]: _, ...labels } = metadata?.labels ?? {};
  const { [RESTARTED_AT]: __, ...annotations } = metadata?.annotations ?? {};
  return { ...template, metadata: { ...metadata, labels, annotations } };
}

interface Pair {
  readonly before: Container | undefined;
  readonly after: Container | undefined;
  /** ` of backend` where there are several. */
  readonly of: string;
}

function pairs(before: readonly Container[], after: readonly Container[]): readonly Pair[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.map((name) => ({
    before: before.find((each) => each.name === name),
    after: after.find((each) => each.name === name),
    of: names.length > 1 ? ` of ${name}` : '',
  }));
}

const OWN = 'the image’s own';
const NONE = 'none';

/** What matters most comes first. */
const ORDER = ['image', 'command', 'args', 'env', 'envFrom', 'resources'];
const place = (field: string): number => (ORDER.includes(field) ? ORDER.indexOf(field) : ORDER.length);

/** Fields of a container that have a line of their own. */
const LINES: Readonly<Record<string, readonly [what: string, write: (container: Container) => string]>> = {
  image: ['Image', ({ image }) => image ?? NONE],
  command: ['Command', ({ command }) => command?.join(' ') ?? OWN],
  args: ['Arguments', ({ args }) => args?.join(' ') ?? OWN],
  envFrom: ['Variables from', ({ envFrom = [] }) => envFrom.map(sourceText).join(', ') || NONE],
  resources: ['Resources', resourcesText],
  readinessProbe: ['Readiness probe', ({ readinessProbe }) => probeText(readinessProbe)],
  livenessProbe: ['Liveness probe', ({ livenessProbe }) => probeText(livenessProbe)],
  startupProbe: ['Startup probe', ({ startupProbe }) => probeText(startupProbe)],
};

function ofContainer({ before, after, of }: Pair): TemplateChange[] {
  if (before === undefined || after === undefined) {
    const name = before?.name ?? after?.name ?? '';
    const is = (container: Container | undefined) => (container ? 'there' : 'not there');
    return [{ what: `Container ${name}`, before: is(before), after: is(after) }];
  }
  const rest: string[] = [];
  const fields = differing(before, after).sort((one, other) => place(one) - place(other));
  const changes = fields.flatMap((field): TemplateChange[] => {
    if (field === 'env') return variables(before, after, of);
    const [what, write] = LINES[field] ?? [];
    const texts = write === undefined ? undefined : [cut(write(before)), cut(write(after))];
    // What does not show in the line is named, at least.
    if (texts === undefined || texts[0] === texts[1]) {
      rest.push(field);
      return [];
    }
    return [{ what: `${what}${of}`, before: texts[0] ?? '', after: texts[1] ?? '' }];
  });
  return [...changes, ...others(of, rest)];
}

function variables({ env: before = [] }: Container, { env: after = [] }: Container, of: string) {
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  return names.flatMap((name): TemplateChange[] => {
    const [now, then] = [before, after].map((all) => all.findLast((each) => each.name === name));
    if (isDeepStrictEqual(now, then)) return [];
    const texts = now && then ? ['as now', 'as it was'] : [now ? 'set' : 'not set', then ? 'set' : 'not set'];
    return [{ what: `Variable ${cut(name)}${of}`, before: texts[0] ?? '', after: texts[1] ?? '' }];
  });
}

const others = (of: string, fields: readonly string[]): TemplateChange[] =>
  fields.length === 0
    ? []
    : [{ what: `Other fields${of}`, before: cut(fields.join(', ')), after: 'as they were' }];

/** Names of the fields that are not the same. */
const differing = (before: object, after: object): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) => !isDeepStrictEqual(Reflect.get(before, field), Reflect.get(after, field)),
  );

const sourceText = ({ secretRef, configMapRef }: NonNullable<Container['envFrom']>[number]): string =>
  secretRef === undefined ? `config map ${configMapRef?.name}` : `secret ${secretRef.name}`;

function resourcesText({ resources: { limits = {}, requests = {} } = {} }: Container): string {
  const parts = Object.entries({ limits, requests }).flatMap(([kind, quantities]) => {
    const all = Object.entries(quantities).map(([resource, quantity]) => `${resource} ${quantity}`);
    return all.length === 0 ? [] : [`${kind}: ${all.sort().join(', ')}`];
  });
  return parts.join('; ') || NONE;
}

/** With the API server's own defaults, for what is not written. */
function probeText(probe: Probe | undefined): string {
  if (probe === undefined) return NONE;
  const {
    httpGet,
    tcpSocket,
    grpc,
    exec,
    periodSeconds = 10,
    timeoutSeconds = 1,
    failureThreshold = 3,
  } = probe;
  const asks =
    (httpGet && `GET :${httpGet.port}${httpGet.path ?? '/'}`) ??
    (tcpSocket && `opens :${tcpSocket.port}`) ??
    (grpc && `gRPC :${grpc.port}`) ??
    `runs ${exec?.command?.join(' ')}`;
  return `${asks} every ${periodSeconds} s, for ${timeoutSeconds} s, ${failureThreshold} failures`;
}

const cut = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
