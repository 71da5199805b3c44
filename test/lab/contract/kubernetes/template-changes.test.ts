/** What differs between two pod templates, in the lines that people are shown. */
import { describe, expect, test } from 'vitest';
import { changesBetween, PodTemplate } from '../../../../src/adapters/kubernetes/template-changes.ts';

const template = (container: object = {}, { metadata = {}, spec = {}, others = [] as object[] } = {}) =>
  PodTemplate.parse({
    metadata,
    spec: { containers: [{ name: 'backend', image: 'paksa:2', ...container }, ...others], ...spec },
  });
const changes = (now: PodTemplate, then: PodTemplate) =>
  changesBetween(now, then).map(({ what, before, after }) => [what, before, after]);

describe('of the container', () => {
  test.each<[object, object, string, string, string]>([
    [{ image: 'paksa:2' }, { image: 'paksa:1' }, 'Image', 'paksa:2', 'paksa:1'],
    [{ command: ['sh', '-c', 'exit 3'] }, {}, 'Command', 'sh -c exit 3', 'the image’s own'],
    [{ args: ['--port', '1'] }, { args: ['--port', '2'] }, 'Arguments', '--port 1', '--port 2'],
    [
      { envFrom: [{ secretRef: { name: 'new' } }, { configMapRef: { name: 'flags' } }] },
      {},
      'Variables from',
      'secret new, config map flags',
      'none',
    ],
    [
      { resources: { limits: { memory: '64Mi', cpu: 1 } } },
      { resources: { limits: { memory: '256Mi', cpu: 1 }, requests: { cpu: '20m' } } },
      'Resources',
      'limits: cpu 1, memory 64Mi',
      'limits: cpu 1, memory 256Mi; requests: cpu 20m',
    ],
    [
      { readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 } },
      { readinessProbe: { tcpSocket: { port: 8000 }, timeoutSeconds: 2, failureThreshold: 6 } },
      'Readiness probe',
      'GET :http/ready every 5 s, for 1 s, 3 failures',
      'opens :8000 every 10 s, for 2 s, 6 failures',
    ],
    [
      { livenessProbe: { exec: { command: ['pg_isready'] } } },
      {},
      'Liveness probe',
      'runs pg_isready every 10 s, for 1 s, 3 failures',
      'none',
    ],
    [
      { startupProbe: { grpc: { port: 1 } } },
      {},
      'Startup probe',
      'gRPC :1 every 10 s, for 1 s, 3 failures',
      'none',
    ],
    [
      { ports: [{ containerPort: 1 }], securityContext: {} },
      {},
      'Other fields',
      'ports, securityContext',
      'as they were',
    ],
    [
      { livenessProbe: { grpc: { port: 1, service: 'a' } } },
      { livenessProbe: { grpc: { port: 1, service: 'b' } } },
      'Other fields',
      'livenessProbe',
      'as they were',
    ],
  ])('%j and %j', (now, then, ...line) => {
    expect(changes(template(now), template(then))).toEqual([line]);
  });
});

test('of variables the names, never a value', () => {
  const now = template({
    env: [
      { name: 'DATABASE_URL', value: 'postgresql://paksa:hunter2@db/paksa' },
      { name: 'SAME', value: 'kept' },
      { name: 'NEW_KEY', valueFrom: { secretKeyRef: { name: 'hidden-secret', key: 'hidden-key' } } },
    ],
  });
  const then = template({
    env: [
      { name: 'SAME', value: 'kept' },
      { name: 'DATABASE_URL', value: 'postgresql://paksa:hunter1@db/paksa' },
      { name: 'OLD_KEY', value: 'hunter0' },
    ],
  });
  expect(changes(now, then)).toEqual([
    ['Variable DATABASE_URL', 'as now', 'as it was'],
    ['Variable NEW_KEY', 'set', 'not set'],
    ['Variable OLD_KEY', 'not set', 'set'],
  ]);
  expect(JSON.stringify(changesBetween(now, then))).not.toMatch(/hunter|hidden/);
});

test('each of several containers by its name, those that came and went, and what is the pod’s own', () => {
  const now = template(
    { image: 'paksa:2' },
    { others: [{ name: 'proxy', image: 'envoy:1' }], spec: { volumes: [] } },
  );
  const then = template(
    { image: 'paksa:1' },
    { spec: { initContainers: [{ name: 'migrate' }] }, metadata: { labels: { tier: 'api' } } },
  );
  expect(changes(now, then)).toEqual([
    ['Image of backend', 'paksa:2', 'paksa:1'],
    ['Container proxy', 'there', 'not there'],
    ['Container migrate', 'not there', 'there'],
    ['Other fields', 'labels, volumes', 'as they were'],
  ]);
});

test('nothing, where only a restart and the controller’s hash differ', () => {
  const of = (hash: string, annotations: object) =>
    template(
      {},
      { metadata: { creationTimestamp: null, labels: { app: 'a', 'pod-template-hash': hash }, annotations } },
    );
  expect(
    changes(of('a', {}), of('b', { 'kubectl.kubernetes.io/restartedAt': '2026-10-01T12:00:00Z' })),
  ).toEqual([]);
  const bare = PodTemplate.parse({ spec: { containers: [] } });
  expect(changes(bare, template({}, { spec: { containers: [] } }))).toEqual([]);
});

test('another order is a change, too, and so is one that is told nowhere else', () => {
  const [a, b] = [{ name: 'A' }, { name: 'B' }];
  expect(changes(template({ env: [a, b] }), template({ env: [b, a] }))).toEqual([
    ['Other fields', 'their order', 'as they were'],
  ]);
});

test('as many lines, and as long ones, as people read', () => {
  const env = Array.from({ length: 40 }, (_, at) => ({ name: `V${at}` }));
  const many = changes(template({ env, command: ['x'.repeat(1000)] }), template());
  expect(many).toHaveLength(16);
  expect(many.at(-1)).toEqual(['Other fields', '26 more changes', 'as they were']);
  expect(Math.max(...many.flat().map((text) => text.length))).toBe(160);
});
