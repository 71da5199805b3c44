/** One answer of the API: whatever its status, bounded, and with the token only where it is asked for. */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { TestAuthority } from '../../harness/certificates.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { api, failure, soon, TOKEN } from './api.ts';

const plain = { authorized: false };
const authorized = { authorized: true };

test.each([200, 204, 301, 401, 404, 429, 500, 503])('an answer %i is an answer', async (status) => {
  const server = await serveHttp((_request, response) => {
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(status === 204 ? '' : 'said');
  });
  const answer = await api(server.url).get('/health', plain, soon());
  expect(answer).toEqual({ status, ms: expect.any(Number), body: status === 204 ? '' : 'said' });
  await expect.poll(server.openConnections).toBe(0);
});

test('path and query reach the server, escaped, and nothing else is told', async () => {
  const heard: unknown[] = [];
  const { url, port } = await serveHttp((request, response) => {
    const { host, ...rest } = request.headers;
    heard.push(request.method, request.url, host, Object.keys(rest));
    response.end();
  });
  await api(url).get('/a b/ü?q=1&r=“x”', plain, soon());
  expect(heard).toEqual([
    'GET',
    '/a%20b/%C3%BC?q=1&r=%E2%80%9Cx%E2%80%9D',
    `127.0.0.1:${port}`,
    ['accept', 'user-agent', 'connection'],
  ]);
});

test.each(['//evil.example/x', '/\\evil.example', '/@evil.example'])(
  'a path cannot lead to another server: %s',
  async (path) => {
    const { url } = await serveHttp((_request, response) => response.end('home'));
    expect((await api(url).get(path, plain, soon())).body).toBe('home');
  },
);

test.each([
  ['a path without a slash', 'http://127.0.0.1', 'health'],
  ['an address that is none', '127.0.0.1:8000', '/health'],
  ['an address of something else', 'ftp://127.0.0.1', '/health'],
])('%s', async (_, url, path) => {
  const error = await failure(api(url).get(path, plain, soon()));
  expect(error).toMatchObject({ operation: 'get', fault: 'not-configured' });
  expect(error.message).toContain('environments.….api.');
});

describe('the token', () => {
  const heard: (string | undefined)[] = [];
  const listen = () => {
    heard.length = 0;
    return serveHttp((request, response) => {
      heard.push(request.headers.authorization);
      response.writeHead(401).end(`Unauthorized: ${request.headers.authorization ?? 'nothing'} sent`);
    });
  };

  test('is sent where it is asked for, and nowhere else', async () => {
    const { url } = await listen();
    const probe = api(url, { token: TOKEN });
    await probe.get('/auth/verify', plain, soon());
    await probe.get('/auth/verify', authorized, soon());
    expect(heard).toEqual([undefined, `Bearer ${TOKEN}`]);
  });

  test('is taken out of a body that repeats it', async () => {
    const { url } = await listen();
    const { status, body } = await api(url, { token: TOKEN }).get('/auth/verify', authorized, soon());
    expect(status).toBe(401);
    expect(body).toBe('Unauthorized: Bearer ‹token› sent');
  });

  test.each([undefined, '', ' \n'])('that is not there (%j)', async (token) => {
    const { url } = await listen();
    const error = await failure(
      api(url, token === undefined ? {} : { token }).get('/auth/verify', authorized, soon()),
    );
    expect(error).toMatchObject({ fault: 'not-configured', retryable: false });
    expect(error.message).toContain('environments.….api.tokenEnv');
    expect(heard).toEqual([]);
  });

  test('with a line’s end after it, as files have it', async () => {
    const { url } = await listen();
    await api(url, { token: `${TOKEN}\n` }).get('/auth/verify', authorized, soon());
    expect(heard).toEqual([`Bearer ${TOKEN}`]);
  });

  test('with what no header can carry', async () => {
    const { url } = await listen();
    const error = await failure(api(url, { token: `${TOKEN}\r\nX-Evil: 1` }).get('/', authorized, soon()));
    expect(error.fault).toBe('not-configured');
    expect(heard).toEqual([]);
  });

  test('does not follow a redirect', async () => {
    const elsewhere = await listen();
    const { url } = await serveHttp((_request, response) => {
      response.writeHead(302, { location: elsewhere.url }).end();
    });
    expect((await api(url, { token: TOKEN }).get('/', authorized, soon())).status).toBe(302);
    expect(heard).toEqual([]);
  });
});

describe('the body', () => {
  test('is cut after 500 characters', async () => {
    const { url } = await serveHttp((_request, response) => response.end('ü'.repeat(5_000)));
    expect((await api(url).get('/', plain, soon())).body).toBe('ü'.repeat(500));
  });

  test('without an end is cut', async () => {
    const server = await serveHttp((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect(await api(server.url).get('/', plain, soon())).toMatchObject({
      status: 200,
      body: 'x'.repeat(500),
    });
    await expect.poll(server.openConnections).toBe(0);
  });

  test('that trickles for ever is waited for until time is up', async () => {
    const server = await serveHttp((_request, response) => {
      response.write('a little');
    });
    const error = await failure(api(server.url).get('/', plain, AbortSignal.timeout(200)));
    expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(error.message).toContain('answered 200, but its body had not ended in time');
    await expect.poll(server.openConnections).toBe(0);
  });

  test('that breaks off', async () => {
    const { url } = await serveHttp((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    const error = await failure(api(url).get('/', plain, soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: true });
    expect(error.message).toContain('broke off in the middle of the body');
  });
});

describe('no answer', () => {
  test('from a port where nothing listens', async () => {
    const error = await failure(api('http://127.0.0.1:1').get('/', plain, soon()));
    expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
    expect(error.message).toContain('Nothing listens on 127.0.0.1:1');
  });

  test('from a name without an address', async () => {
    const error = await failure(api('https://nowhere.invalid').get('/', plain, soon()));
    expect(error.fault).toBe('unreachable');
    expect(error.message).toMatch(/DNS .*nowhere\.invalid/);
  });

  test.each([
    ['reset', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['closed', (socket: Socket) => socket.once('data', () => socket.end())],
  ])('from a connection that is %s', async (_, behave) => {
    const { port } = await serveTcp(behave);
    const error = await failure(
      api(`http://127.0.0.1:${port}`, { token: TOKEN }).get('/', authorized, soon()),
    );
    expect(error).toMatchObject({ fault: 'refused', retryable: true });
    expect(error.message).toContain('closed the connection without an answer');
  });

  test('from a server that speaks something else', async () => {
    const { port } = await serveTcp((socket) => socket.write('220 mail.paksa.test ESMTP\r\n'));
    const error = await failure(api(`http://127.0.0.1:${port}`).get('/', plain, soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('but not with HTTP');
  });

  test('from a server that hangs, in time and called off', async () => {
    const server = await serveTcp(() => {});
    const probe = api(`http://127.0.0.1:${server.port}`, { token: TOKEN });
    const late = await failure(probe.get('/', authorized, AbortSignal.timeout(200)));
    expect(late).toMatchObject({ fault: 'timed-out', retryable: true });
    expect(late.message).toContain('took the connection but did not answer in time');
    const calledOff = new AbortController();
    const asking = failure(probe.get('/', authorized, calledOff.signal));
    await expect.poll(server.openConnections).toBe(1);
    calledOff.abort();
    expect((await asking).message).toContain('was stopped before it answered');
    await expect.poll(server.openConnections).toBe(0);
    expect(await failure(probe.get('/', plain, AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
  });
});

describe('TLS', () => {
  const authority = ownAuthority();

  const serve = async (asked?: Parameters<TestAuthority['issue']>[0]) => {
    const { chain, key } = await authority().issue(asked);
    return serveHttp((_request, response) => response.end('secret garden'), { cert: chain, key });
  };

  test('a certificate of an authority that the configuration trusts', async () => {
    const { url } = await serve();
    expect((await api(url, { trust: authority().trust }).get('/', plain, soon())).body).toBe('secret garden');
  });

  test('the name of the certificate is the one in the address', async () => {
    const { port } = await serve({ names: ['localhost'] });
    const probe = (host: string) => api(`https://${host}:${port}`, { trust: authority().trust });
    expect((await probe('localhost').get('/', plain, soon())).status).toBe(200);
    const error = await failure(probe('127.0.0.1').get('/', plain, soon()));
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test.each([
    ['of a stranger', undefined, false, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['that has expired', { until: new Date(Date.now() - 1000) }, true, 'CERT_HAS_EXPIRED'],
  ])('a certificate %s: the token stays here', async (_, asked, trusted, code) => {
    const { url } = await serve(asked);
    const probe = api(url, { token: TOKEN, ...(trusted ? { trust: authority().trust } : {}) });
    const calls = [
      () => probe.get('/', authorized, soon()),
      () => probe.timings('/', 2, soon()),
      () => probe.metrics('x', soon()),
    ];
    for (const call of calls) {
      const error = await failure(call());
      expect(error).toMatchObject({ fault: 'refused', retryable: false });
      expect(error.message).toContain(`is not trusted (${code}): look at “diagnose ssl”`);
    }
  });

  test('a server without it', async () => {
    const { port } = await serveHttp((_request, response) => response.end());
    const error = await failure(api(`https://127.0.0.1:${port}`).get('/', plain, soon()));
    expect(error).toMatchObject({ fault: 'refused', retryable: false });
    expect(error.message).toContain('answers, but not with TLS');
  });

  test('a server with it, asked without', async () => {
    const { port } = await serve();
    const error = await failure(api(`http://127.0.0.1:${port}`).get('/', plain, soon()));
    expect(error.fault).toBe('refused');
  });

  test('a server that demands a certificate of Paksa', async () => {
    const { chain, key } = await authority().issue();
    const { url } = await serveHttp((_request, response) => response.end(), {
      ...{ cert: chain, key, ca: authority().root },
      ...{ requestCert: true, rejectUnauthorized: true },
    });
    const error = await failure(api(url, { trust: authority().trust }).get('/', plain, soon()));
    expect(error.fault).toBe('refused');
    expect(error.message).toMatch(/client certificate|closed the connection/);
  });

  test('a trust file that is not there', async () => {
    const { url } = await serve();
    await expect(api(url, { trust: '/nowhere/ca.pem' }).get('/', plain, soon())).rejects.toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('correct api.trust in the configuration'),
    });
  });
});
