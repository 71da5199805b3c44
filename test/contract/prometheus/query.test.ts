/** What Prometheus answers, and what Paksa makes of servers that are none. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPrometheusProbe } from '../../../src/adapters/prometheus/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { testAuthority } from '../../harness/certificates.ts';
import { type TemporaryFolder, temporaryFolder } from '../../harness/folder.ts';
import { freePort } from '../../harness/free-port.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { type PrometheusServer, startPrometheus } from '../../harness/prometheus-server.ts';
import { serveTcp, serveTls } from '../../harness/tls-server.ts';

const soon = () => AbortSignal.timeout(5_000);
const ask = (url: string, expression: string, signal = soon()) =>
  createPrometheusProbe(() => ({ url })).query(expression, signal);

async function failure(url: string, expression = 'up', signal = soon()): Promise<AdapterError> {
  const thrown: unknown = await ask(url, expression, signal).catch((error: unknown) => error);
  if (!(thrown instanceof AdapterError)) throw new Error(`no AdapterError: ${JSON.stringify(thrown)}`);
  expect(thrown).toMatchObject({ system: 'prometheus', operation: 'query' });
  return thrown;
}

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.runIf(requirePrograms('prometheus'))('a Prometheus that scrapes itself', () => {
  let server: PrometheusServer;

  beforeAll(async () => {
    server = await startPrometheus(folder.path);
    await vi.waitFor(async () => expect(await ask(server.url, 'up == 1')).toHaveLength(1), 20_000);
  });
  afterAll(() => server.stop());

  test('is up, by its own account', async () => {
    expect(await ask(server.url, 'up == 1')).toEqual([
      { labels: { __name__: 'up', instance: `127.0.0.1:${server.port}`, job: 'itself' }, value: 1 },
    ]);
  });

  test('an address with a slash at its end', async () => {
    expect(await ask(`${server.url}/`, 'up')).toHaveLength(1);
  });

  test.each([
    ['a number', '1 + 1', [{ labels: {}, value: 2 }]],
    ['nothing', 'up == 5', []],
    ['a series that there is not', 'no_such_series', []],
    ['NaN', 'vector(0) / vector(0)', []],
    ['a number that is none', '0 / 0', []],
    ['infinity', 'vector(1) / vector(0)', [{ labels: {}, value: Number.POSITIVE_INFINITY }]],
    ['infinity below', '-1 / 0', [{ labels: {}, value: Number.NEGATIVE_INFINITY }]],
    ['a small number', 'vector(0.0000001)', [{ labels: {}, value: 1e-7 }]],
  ])('%s', async (_, expression, series) => {
    expect(await ask(server.url, expression)).toEqual(series);
  });

  test('a query with letters that an address must escape', async () => {
    expect(await ask(server.url, 'up{job=~"it.+|a&b=c#"} + 1 > 0')).toHaveLength(1);
  });

  test('two hundred series at most', async () => {
    expect(await ask(server.url, '{__name__=~".+"}')).toHaveLength(200);
  });

  test('a query that it cannot parse, in its words', async () => {
    const error = await failure(server.url, 'rate(up[5m]');
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('parse error');
  });

  test('a query that it cannot carry out, in its words', async () => {
    const error = await failure(server.url, 'up * on(nothing) {__name__=~".+"}');
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('many-to-many');
  });

  test.each([
    ['up[5m]', 'matrix'],
    ['"text"', 'string'],
  ])('%s gives no value', async (expression, type) => {
    const error = await failure(server.url, expression);
    expect(error.fault).toBe('refused');
    expect(error.message).toContain(`gives a ${type}`);
  });

  test('a path that is not Prometheus’', async () => {
    const error = await failure(`${server.url}/elsewhere`);
    expect(error.fault).toBe('failed');
    expect(error.message).toContain('404');
  });

  test('called off before it began', async () => {
    expect(await failure(server.url, 'up', AbortSignal.abort())).toMatchObject({ fault: 'timed-out' });
  });
});

describe('no Prometheus there', () => {
  test('a port where nothing listens', async () => {
    const port = await freePort();
    const error = await failure(`http://127.0.0.1:${port}`);
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain(`Nothing listens on 127.0.0.1:${port}`);
  });

  test('a name without an address', async () => {
    expect((await failure('http://nowhere.invalid:9090')).message).toMatch(/DNS .*nowhere\.invalid/);
  });

  test('an address that is none', async () => {
    expect(await failure('prometheus:9090')).toMatchObject({ fault: 'not-configured' });
  });

  test('a server that never answers, in time and called off', async () => {
    const server = await serveTcp(() => {});
    const url = `http://127.0.0.1:${server.port}`;
    const late = await failure(url, 'up', AbortSignal.timeout(200));
    expect(late).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(late.message).toContain('did not answer in time');
    const calledOff = new AbortController();
    const asking = failure(url, 'up', calledOff.signal);
    await expect.poll(server.openConnections).toBe(1);
    calledOff.abort();
    expect((await asking).message).toContain('was stopped before it answered');
    await expect.poll(server.openConnections).toBe(0);
  });

  test('a server that hangs up', async () => {
    const server = await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const error = await failure(`http://127.0.0.1:${server.port}`);
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain('closed the connection');
  });

  test('a server whose certificate nobody trusts', async () => {
    const { chain, key } = await (await testAuthority(folder.path)).issue();
    const server = await serveTls({ cert: chain, key });
    const error = await failure(`https://127.0.0.1:${server.port}`);
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('is not trusted');
  });

  test.each([
    ['a page', 200, '<html></html>', 'failed'],
    ['JSON of another kind', 200, '{"hello":"world"}', 'failed'],
    ['a login', 302, '', 'failed'],
    ['a demand for a password', 401, 'Unauthorized', 'forbidden'],
    ['a proxy without it', 502, 'Bad Gateway', 'unreachable'],
    ['one that is still starting', 503, 'Service Unavailable', 'unreachable'],
    [
      'one that gave up',
      503,
      '{"status":"error","errorType":"timeout","error":"query timed out"}',
      'timed-out',
    ],
    ['one that broke', 500, '{"status":"error","errorType":"internal","error":"disk full"}', 'failed'],
  ])('%s', async (_, status, body, fault) => {
    const { url } = await serveHttp((_request, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/login' }).end(body);
    });
    expect(await failure(url)).toMatchObject({ fault });
  });

  test('an answer without an end', async () => {
    const { url } = await serveHttp((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const error = await failure(url);
    expect(error.fault).toBe('refused');
    expect(error.message).toContain('more than 8 MiB');
  });

  test('a password in the address is sent, and not shown', async () => {
    const asked: (string | undefined)[] = [];
    const { url } = await serveHttp((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(403).end();
    });
    const error = await failure(url.replace('http://', 'http://paksa:open%20sesame@'));
    expect(asked).toEqual([`Basic ${Buffer.from('paksa:open sesame').toString('base64')}`]);
    expect(error.fault).toBe('forbidden');
    expect(error.message).not.toContain('sesame');
  });
});
