/** Where the time of a request goes, and the clock of the API. */
import { describe, expect, test } from 'vitest';
import type { HttpProbe, Timing } from '../../../src/adapters/http/port.ts';
import { daysFromNow } from '../../harness/certificates.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { api, failure, soon, TOKEN } from './api.ts';

const authority = ownAuthority();

const sum = ({ dnsMs, connectMs, tlsMs, waitMs, bodyMs }: Timing) =>
  dnsMs + connectMs + tlsMs + waitMs + bodyMs;

async function one(probe: HttpProbe): Promise<Timing> {
  const [timing, ...more] = await probe.timings('/', 1, soon());
  if (timing === undefined || more.length > 0) throw new Error('one was asked for');
  return timing;
}

describe('timings', () => {
  test('each request on a connection of its own, one after another, and the parts make the whole', async () => {
    let [connections, together] = [0, 0];
    const server = await serveHttp((_request, response) => {
      together = Math.max(together, server.openConnections());
      connections += 1;
      response.writeHead(503).end('body');
    });
    const taken = await api(server.url).timings('/slow', 3, soon());
    expect([taken.length, connections, together]).toEqual([3, 3, 1]);
    for (const timing of taken) {
      expect(timing).toMatchObject({ status: 503, dnsMs: 0, tlsMs: 0 });
      expect(Math.abs(sum(timing) - timing.totalMs)).toBeLessThan(0.5);
    }
    await expect.poll(server.openConnections).toBe(0);
  });

  test('a server that thinks, and one that says much: the part that takes the time', async () => {
    const thinking = await serveHttp((_request, response) => {
      setTimeout(() => response.end(), 100);
    });
    const talking = await serveHttp((_request, response) => response.end(Buffer.alloc(8_388_608)));
    expect((await one(api(thinking.url))).waitMs).toBeGreaterThanOrEqual(95);
    expect((await one(api(talking.url))).bodyMs).toBeGreaterThan(0);
  });

  test('TLS is a part of its own', async () => {
    const { chain, key } = await authority().issue();
    const { port } = await serveHttp((_request, response) => response.end(), { cert: chain, key });
    const timing = await one(api(`https://localhost:${port}`, { trust: authority().trust }));
    expect(timing.status).toBe(200);
    expect(timing.tlsMs).toBeGreaterThan(0);
    expect(Math.abs(sum(timing) - timing.totalMs)).toBeLessThan(0.5);
  });

  test('with the token where there is one', async () => {
    const heard: (string | undefined)[] = [];
    const { url } = await serveHttp((request, response) => {
      heard.push(request.headers.authorization);
      response.end();
    });
    await api(url, { token: TOKEN }).timings('/', 1, soon());
    await api(url).timings('/', 1, soon());
    expect(heard).toEqual([`Bearer ${TOKEN}`, undefined]);
  });

  test('a body without an end is timed as far as it is read', async () => {
    const server = await serveHttp((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await api(server.url).timings('/', 2, soon())).toMatchObject([{ status: 200 }, { status: 200 }]);
    await expect.poll(server.openConnections).toBe(0);
  });

  test('the first failure is thrown, a later one ends the series', async () => {
    const { port } = await serveTcp((socket) => socket.destroy());
    expect(await failure(api(`http://127.0.0.1:${port}`).timings('/', 3, soon()))).toMatchObject({
      operation: 'time',
      fault: 'refused',
    });
    let asked = 0;
    const { url } = await serveHttp((request, response) => {
      asked += 1;
      if (asked === 3) request.socket.destroy();
      else response.end();
    });
    expect(await api(url).timings('/', 5, soon())).toHaveLength(2);
    expect(asked).toBe(3);
  });

  test('called off before it began, during the first, and during the second', async () => {
    let asked = 0;
    const server = await serveHttp((_request, response) => {
      asked += 1;
      if (asked === 2) response.end();
    });
    const probe = api(server.url);
    expect(await failure(probe.timings('/', 3, AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
    const [first, second] = [new AbortController(), new AbortController()];
    const never = failure(probe.timings('/', 3, first.signal));
    await expect.poll(() => asked).toBe(1);
    first.abort();
    expect(await never).toMatchObject({ fault: 'timed-out', retryable: true });
    const once = probe.timings('/', 3, second.signal);
    await expect.poll(() => asked).toBe(3);
    second.abort();
    expect(await once).toHaveLength(1);
    await expect.poll(server.openConnections).toBe(0);
  });
});

describe('the clock of the API', () => {
  test.each([0, 90_000, -90_000])('%i ms off, without TLS', async (skew) => {
    const server = await serveHttp((_request, response) => {
      response.writeHead(404, { date: new Date(Date.now() + skew).toUTCString() }).end();
    });
    const { skewMs, uncertaintyMs } = await api(server.url).apiClock(soon());
    expect(Math.abs(skewMs - skew)).toBeLessThanOrEqual(uncertaintyMs);
    await expect.poll(server.openConnections).toBe(0);
  });

  test('with TLS, whatever the certificate is worth', async () => {
    const { chain, key } = await authority().issue({ until: daysFromNow(-0.5) });
    const { url } = await serveHttp((_request, response) => response.end(), { cert: chain, key });
    const { skewMs, uncertaintyMs } = await api(url).apiClock(soon());
    expect(Math.abs(skewMs)).toBeLessThanOrEqual(uncertaintyMs);
  });

  test('a server without a Date header, one that speaks something else, and none', async () => {
    const undated = await serveHttp((_request, response) => {
      response.sendDate = false;
      response.end();
    });
    expect((await failure(api(undated.url).apiClock(soon()))).message).toContain('without a Date header');
    const mail = await serveTcp((socket) => socket.end('220 mail.paksa.test ESMTP\r\n'));
    const error = await failure(api(`http://127.0.0.1:${mail.port}`).apiClock(soon()));
    expect(error.message).toContain('took the connection but gave no HTTP answer');
    expect(await failure(api('http://127.0.0.1:1').apiClock(soon()))).toMatchObject({ fault: 'unreachable' });
  });

  test('a server that never answers', async () => {
    const server = await serveTcp(() => {});
    const url = `http://127.0.0.1:${server.port}`;
    expect(await failure(api(url).apiClock(AbortSignal.timeout(200)))).toMatchObject({ fault: 'timed-out' });
    expect(await failure(api(url).apiClock(AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
    await expect.poll(server.openConnections).toBe(0);
  });
});
