/** What the API measures of itself, and every way in which it may not tell. */
import { describe, expect, test } from 'vitest';
import { readExposition } from '../../../src/adapters/http/exposition.ts';
import { temporaryFolder } from '../../harness/folder.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { startPrometheus } from '../../harness/prometheus-server.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { api, failure, soon, TOKEN } from './api.ts';

const EXPOSITION = `# HELP process_resident_memory_bytes Resident memory size in bytes.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 5.4321e+07
python_memory{kind="a,b}\\"c",of="x"} 12 1700000000000

  memory_indented 1
memory_nan NaN
memory_limit +Inf
memory_low -Inf
memory_bucket{le="+Inf"} 3 # {trace_id="abc"} 0.67 1700000000.0
memory_broken
memory_words many
memory{unclosed="x 1
# memory_comment 7
http_requests_total{path="/memory"} 9`;

test('the lines whose name holds the word', () => {
  expect(readExposition(EXPOSITION, 'memory')).toEqual([
    { name: 'process_resident_memory_bytes', labels: '', value: 54_321_000 },
    { name: 'python_memory', labels: 'kind="a,b}\\"c",of="x"', value: 12 },
    { name: 'memory_indented', labels: '', value: 1 },
    { name: 'memory_limit', labels: '', value: Number.POSITIVE_INFINITY },
    { name: 'memory_low', labels: '', value: Number.NEGATIVE_INFINITY },
    { name: 'memory_bucket', labels: 'le="+Inf"', value: 3 },
  ]);
  expect(readExposition(EXPOSITION, 'cpu')).toEqual([]);
  expect(readExposition('<html>no metrics</html>', 'memory')).toBeUndefined();
});

test.each([
  ['quotes', '"'],
  ['braces', '{'],
  ['escapes', '\\"'],
  ['labels', 'a="b",'],
])('a long line of %s does not hold it up', (_, piece) => {
  expect(readExposition(`memory{${piece.repeat(100_000)}\nmemory 1`, 'memory')).toHaveLength(1);
  expect(readExposition(`memory{${piece.repeat(2_000)}\nmemory 1`, 'memory')).toHaveLength(1);
});

test('two hundred at most', async () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `memory{i="${index}"} ${index}`);
  const { url } = await serveHttp((_request, response) => response.end(lines.join('\n')));
  expect(await api(url).metrics('memory', soon())).toHaveLength(200);
});

test('asked without the token', async () => {
  const heard: unknown[] = [];
  const { url } = await serveHttp((request, response) => {
    heard.push(request.url, request.headers.authorization);
    response.end('memory 1\n');
  });
  expect(await api(url, { token: TOKEN }).metrics('memory', soon())).toHaveLength(1);
  expect(heard).toEqual(['/metrics', undefined]);
});

test('an exposition without an end is read as far as 2 MiB, and its half line is left out', async () => {
  const server = await serveHttp((_request, response) => {
    const more = () => {
      while (response.write(`${'# memory\n'.repeat(5_000)}other 1\n`));
    };
    response.write('memory 1\n');
    response.on('drain', more);
    more();
  });
  expect(await api(server.url).metrics('memory', soon())).toEqual([{ name: 'memory', labels: '', value: 1 }]);
  await expect.poll(server.openConnections).toBe(0);
});

describe('what is no exposition', () => {
  test.each([
    [404, 'not-found', 'serves no /metrics'],
    [200, 'not-found', 'not with Prometheus metrics'],
    [401, 'forbidden', 'without a login'],
    [403, 'forbidden', 'without a login'],
    [307, 'failed', 'leads elsewhere (307 to /elsewhere)'],
    [500, 'failed', 'answers 500'],
  ])('%i', async (status, fault, says) => {
    const { url } = await serveHttp((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end('<html></html>');
    });
    const error = await failure(api(url).metrics('memory', soon()));
    expect(error).toMatchObject({ operation: 'metrics', fault });
    expect(error.message).toContain(says);
  });

  test('a server that never answers', async () => {
    const server = await serveTcp(() => {});
    const probe = api(`http://127.0.0.1:${server.port}`);
    expect(await failure(probe.metrics('x', AbortSignal.timeout(200)))).toMatchObject({ fault: 'timed-out' });
    expect(await failure(probe.metrics('x', AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
    await expect.poll(server.openConnections).toBe(0);
  });
});

test.runIf(requirePrograms('prometheus'))('those of a real program', async () => {
  await using folder = await temporaryFolder();
  await using server = await startPrometheus(folder.path);
  const samples = await api(server.url).metrics('memory', soon());
  expect(samples).toContainEqual({
    name: 'process_resident_memory_bytes',
    labels: '',
    value: expect.any(Number),
  });
  expect(samples.every(({ name }) => name.includes('memory'))).toBe(true);
});
