/** The sandbox's small stack: broken in every way that it offers, mended by itself or by a renewal, and found again. */
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Stack } from '../../sandbox/stack/port.ts';
import { startStack } from '../../sandbox/stack/stack.ts';
import { createCertificateActuator } from '../../src/adapters/certificate/actuator.ts';
import { createCertificateProbe } from '../../src/adapters/certificate/probe.ts';
import { createHttpProbe } from '../../src/adapters/http/probe.ts';
import { createTlsProbe } from '../../src/adapters/tls/probe.ts';
import { type TemporaryFolder, temporaryFolder } from '../harness/folder.ts';

const soon = () => AbortSignal.timeout(10_000);

/** What the configuration of Paksa must be able to hold. */
const environmentShape = z.strictObject({
  tls: z.strictObject({ host: z.string(), port: z.number(), servername: z.string(), trust: z.string() }),
  certificate: z.strictObject({
    files: z.strictObject({ certificate: z.string(), key: z.string() }),
    authority: z.strictObject({
      kind: z.literal('local-ca'),
      directory: z.string(),
      names: z.array(z.string()),
      days: z.number(),
    }),
  }),
});

let folder: TemporaryFolder;
let stack: Stack;

beforeEach(async () => {
  folder = await temporaryFolder();
  stack = await startStack({ port: 0, directory: folder.path });
});
afterEach(async () => {
  await stack.stop();
  await folder[Symbol.asyncDispose]();
});

const unconfigured = () => {
  throw new Error('the stack has no API configured');
};
const environment = () => environmentShape.parse(stack.environment);
const look = () => createTlsProbe().peerCertificate(environment().tls, soon());
const active = async () => (await stack.state()).faults.flatMap(({ id, active }) => (active ? [id] : []));
const renew = () => {
  const { certificate } = environment();
  return createCertificateActuator(() => certificate).renew(soon());
};

async function fetchPath(path: string): Promise<{ status: number | undefined; body: string }> {
  const { host, port, servername, trust } = environment().tls;
  const options: RequestOptions = { host, port, servername, path, ca: await readFile(trust), agent: false };
  const asked = request(options).end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, body: await text(response) };
}

test('starts healthy, and clients that trust its root reach it', async () => {
  const state = await stack.state();
  expect(state).toMatchObject({
    title: 'Paksa API',
    address: `https://127.0.0.1:${environment().tls.port}`,
    summary: expect.stringMatching(
      /^api\.paksa\.local, .*: valid until \d{4}-\d\d-\d\d, issued by Paksa Sandbox/,
    ),
    healthy: true,
  });
  expect(
    state.faults.every(({ active, title, explains }) => !active && title !== '' && explains !== ''),
  ).toBe(true);
  expect(await fetchPath('/health')).toEqual({ status: 200, body: '{"status":"ok","service":"paksa-api"}' });
  expect((await fetchPath('/')).status).toBe(200);
  expect((await fetchPath('/nowhere')).status).toBe(404);
  const seen = await look();
  expect(seen).toMatchObject({ daysLeft: 90, matchesName: true, chainInOrder: true });
  expect(seen.distrust).toBeUndefined();
  const { skewMs, uncertaintyMs } = await createHttpProbe(unconfigured, unconfigured).clock(
    environment().tls,
    soon(),
  );
  expect(Math.abs(skewMs)).toBeLessThanOrEqual(uncertaintyMs);
});

test('the files on disk are those that it serves', async () => {
  const { certificate } = environment();
  const installed = await createCertificateProbe(() => certificate).installed(soon());
  expect(installed).toMatchObject({ keyMatches: true, chainInOrder: true, keyMode: '600' });
  expect(installed.leaf.fingerprint).toBe((await look()).fingerprint);
});

test.each([
  ['expiring', { daysLeft: 5, matchesName: true }, undefined],
  ['expired', { daysLeft: -3, matchesName: true }, 'CERT_HAS_EXPIRED'],
  ['wrong-name', { matchesName: false, names: ['old.paksa.local'] }, undefined],
  ['missing-intermediate', { matchesName: true }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const)(
  '%s can be seen from outside, and a renewal by Paksa mends it',
  async (fault, facts, distrust) => {
    await stack.inject(fault);
    expect(await active()).toEqual([fault]);
    expect((await stack.state()).healthy).toBe(false);
    const seen = await look();
    expect(seen).toMatchObject(facts);
    expect(seen.distrust).toBe(distrust);

    await renew();
    await expect.poll(async () => (await stack.state()).healthy, { timeout: 5_000 }).toBe(true);
    expect((await look()).names).toEqual(['api.paksa.local', 'localhost', '127.0.0.1']);
  },
);

test('faults add up, a renewal fails for a reason of its own, and mending undoes all', async () => {
  for (const fault of ['expiring', 'wrong-name', 'expired', 'missing-intermediate', 'renewal-fails']) {
    await stack.inject(fault);
  }
  expect(await active()).toEqual(['expired', 'wrong-name', 'missing-intermediate', 'renewal-fails']);
  const broken = await look();
  await expect(renew()).rejects.toMatchObject({
    fault: 'not-found',
    message: expect.stringContaining('intermediate.key'),
  });
  expect((await look()).fingerprint).toBe(broken.fingerprint);

  await stack.inject('mend');
  expect(await stack.state()).toMatchObject({ healthy: true });
  await renew();
});

test('clicks at once are carried out one after the other', async () => {
  await Promise.all(['expired', 'wrong-name', 'missing-intermediate'].map((fault) => stack.inject(fault)));
  expect(await active()).toEqual(['expired', 'wrong-name', 'missing-intermediate']);
});

test('an unknown fault is refused with a sentence', async () => {
  await expect(stack.inject('fire')).rejects.toThrow('There is no fault “fire”: choose one of expiring, ');
});

test('tells of every change, its own and others’', async () => {
  let changes = 0;
  stack.onChange(() => {
    changes += 1;
  });
  await stack.inject('expired');
  expect(changes).toBe(1);
  await stack.inject('renewal-fails');
  await expect.poll(() => changes).toBeGreaterThan(1);
  await stack.inject('mend');
  const before = changes;
  await renew();
  await expect.poll(() => changes, { timeout: 5_000 }).toBeGreaterThan(before);
});

test('a visitor during renewals never meets a key without its certificate', async () => {
  let renewing = true;
  const visits = (async () => {
    const seen = new Set<string>();
    while (renewing) {
      const { distrust, fingerprint } = await look();
      expect(distrust).toBeUndefined();
      seen.add(fingerprint);
    }
    return seen;
  })();
  for (const _ of [1, 2, 3, 4, 5]) await renew();
  renewing = false;
  expect((await visits).size).toBeGreaterThan(1);
});

test('goes on serving while its files are broken, and takes the next good ones', async () => {
  const { files } = environment().certificate;
  const { fingerprint } = await look();
  await writeFile(files.certificate, 'half a');
  await rm(files.key);
  expect((await look()).fingerprint).toBe(fingerprint);
  await renew();
  await expect.poll(async () => (await look()).fingerprint, { timeout: 5_000 }).not.toBe(fingerprint);
});

test('a second start takes over what the first one left, faults and all', async () => {
  await stack.inject('expired');
  await stack.inject('renewal-fails');
  const { fingerprint } = await look();
  await stack.stop();
  stack = await startStack({ port: 0, directory: folder.path });
  expect((await look()).fingerprint).toBe(fingerprint);
  expect(await active()).toEqual(['expired', 'renewal-fails']);
  await stack.inject('mend');
  expect((await stack.state()).healthy).toBe(true);
});

test('a second start makes anew what is damaged', async () => {
  await stack.stop();
  await writeFile(environment().certificate.files.certificate, '');
  stack = await startStack({ port: 0, directory: folder.path });
  expect((await stack.state()).healthy).toBe(true);
  await stack.stop();
  await rm(join(folder.path, 'root.pem'));
  stack = await startStack({ port: 0, directory: folder.path });
  expect((await stack.state()).healthy).toBe(true);
});

test('a port that is taken is a sentence', async () => {
  const { port } = environment().tls;
  await using other = await temporaryFolder();
  await expect(startStack({ port, directory: other.path })).rejects.toMatchObject({
    name: 'UserError',
    message: `Port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another port.`,
  });
});
