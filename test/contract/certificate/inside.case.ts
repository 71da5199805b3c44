/** A certificate in a container, a pod, or what stands in for one: read, kept and put back by the programs that are there. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificateActuator } from '../../../src/adapters/certificate/actuator.ts';
import type { IssuedCertificate } from '../../../src/adapters/certificate/issue.ts';
import { createPairReader } from '../../../src/adapters/certificate/pair.ts';
import type { CertificateSettings } from '../../../src/adapters/certificate/port.ts';
import { createCertificateProbe } from '../../../src/adapters/certificate/probe.ts';
import type { Everywhere, Exec } from '../../../src/adapters/exec/port.ts';
import { AdapterError } from '../../../src/errors.ts';
import { testAuthority } from '../../harness/certificates.ts';
import { temporaryFolder } from '../../harness/folder.ts';
import { openssl } from '../../harness/openssl.ts';
import { type Laid, placeFiles } from '../../harness/place-files.ts';

export interface Surroundings extends AsyncDisposable {
  /** The replicas of the place; their files are those of the first. */
  readonly everywhere: Everywhere;
  /** A folder of the place that the suite may fill. */
  readonly folder: string;
}

const soon = () => AbortSignal.timeout(60_000);

const VERSIONED = ['privkey', 'cert', 'chain', 'fullchain'] as const;

export function inside(open: () => Promise<Surroundings>, within?: number): void {
  let surroundings: Surroundings;
  let made: Awaited<ReturnType<typeof makeKeys>>;
  let count = 0;
  let settings: CertificateSettings & { readonly authority: { readonly kind: 'certbot' } };
  let replica: string;
  let there: ReturnType<typeof placeFiles>;
  let live: string;
  let archive: string;

  beforeAll(async () => {
    surroundings = await open();
    made = await makeKeys();
    const [first] = await surroundings.everywhere(soon());
    replica = first.replica;
    there = placeFiles(first.exec);
  }, within);
  afterAll(() => surroundings?.[Symbol.asyncDispose]());

  /** As certbot leaves a lineage. */
  beforeEach(async () => {
    count += 1;
    const configDir = join(surroundings.folder, `test-${count}`);
    live = join(configDir, 'live', 'paksa');
    archive = join(configDir, 'archive', 'paksa');
    await there.lay([
      { path: join(configDir, 'renewal', 'paksa.conf'), content: 'server = https://acme.test/dir\n' },
      ...version(1, made.first),
    ]);
    settings = {
      place: { on: 'container', service: 'certbot' },
      files: { certificate: join(live, 'fullchain.pem'), key: join(live, 'privkey.pem') },
      authority: { kind: 'certbot', name: 'paksa', program: 'certbot', configDir },
    };
  });

  const version = (number: number, { leaf, chain, key }: IssuedCertificate): readonly Laid[] => {
    const contents = { privkey: key, cert: leaf, chain: chain.slice(leaf.length), fullchain: chain };
    return VERSIONED.flatMap((kind) => {
      const mode = kind === 'privkey' ? '600' : '644';
      return [
        { path: join(archive, `${kind}${number}.pem`), content: contents[kind], mode },
        { path: join(live, `${kind}.pem`), target: `../../archive/paksa/${kind}${number}.pem` },
      ];
    });
  };

  const probe = (everywhere = surroundings.everywhere) =>
    createCertificateProbe(() => settings, undefined, everywhere);
  const actuator = () => createCertificateActuator(() => settings, surroundings.everywhere);
  const installed = () => probe().installed(soon());
  /** The first replica with another way to run programs. */
  const by =
    (through: (exec: Exec) => Exec): Everywhere =>
    async (signal) => {
      const [first] = await surroundings.everywhere(signal);
      return [{ ...first, exec: through(first.exec) }];
    };
  /** As if the image had none of these programs. */
  const without = (...programs: readonly string[]) =>
    by(
      (exec) =>
        async ([program, ...args], options) =>
          exec([programs.includes(program) ? `paksa-no-${program}` : program, ...args], options),
    );

  test('what is installed, and what a renewal would ask for', async () => {
    expect(await installed()).toMatchObject({
      leaf: { names: ['api.paksa.test'] },
      chainInOrder: true,
      keyMatches: true,
      keyMode: '600',
    });
    expect(await probe().plan(soon())).toEqual({
      authority: `certbot in ${replica}, lineage paksa (https://acme.test/dir)`,
      names: ['api.paksa.test'],
    });
  });

  test('a key of another certificate, that others may read', async () => {
    await there.put(join(archive, 'privkey1.pem'), made.second.key, '644');
    expect(await installed()).toMatchObject({ keyMatches: false, keyMode: '644' });
  });

  test('a key that is not RSA, and both in one file', async () => {
    await there.put(join(archive, 'privkey1.pem'), made.elliptic);
    expect(await installed()).toMatchObject({ keyMatches: false });
    const bag = join(archive, 'bag.pem');
    await there.put(bag, made.first.chain + made.first.key);
    settings = { ...settings, files: { certificate: bag, key: bag } };
    expect(await installed()).toMatchObject({ keyMatches: true });
  });

  test.each<[string, () => string | Buffer, RegExp]>([
    ['an empty file', () => '', /is empty/],
    ['no PEM at all', () => 'hello', /holds no PEM certificate/],
    ['the key', () => made.first.key, /holds a private key and no certificate/],
    ['half a certificate', () => made.first.leaf.slice(0, 600), /ends in the middle of a certificate/],
    ['DER', () => der(made.first.leaf), /is DER, not PEM/],
    ['something huge', () => Buffer.alloc(1_100_000, 'x'), /is larger than 1 MiB/],
  ])('%s where the certificate belongs', async (_, content, says) => {
    await there.put(join(archive, 'fullchain1.pem'), content());
    const failure = await failureOf(installed());
    expect(failure).toMatchObject({ name: 'AdapterError', fault: 'failed' });
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(`${settings.files.certificate} in ${replica}`);
  });

  test.each<[string, () => string | Buffer, RegExp]>([
    ['an empty file', () => '', /is empty/],
    ['no PEM at all', () => 'hello', /holds no PEM private key/],
    ['the certificate', () => made.first.chain, /holds a certificate and no key/],
    ['half a key', () => made.first.key.slice(0, 400), /ends in the middle of the key/],
    ['DER', () => der(made.first.key), /is DER, not PEM/],
    ['an encrypted key', () => made.locked, /is encrypted/],
    [
      'a malformed key',
      () => '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n',
      /is malformed/,
    ],
  ])('%s where the key belongs', async (_, content, says) => {
    await there.put(join(archive, 'privkey1.pem'), content());
    const failure = await failureOf(installed());
    expect(failure).toMatchObject({ name: 'AdapterError', fault: 'failed' });
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(`${settings.files.key} in ${replica}`);
    expect(`${failure.message} ${String(failure.cause)}`).not.toContain('secret');
  });

  test('files that are missing, folders and devices are named', async () => {
    const key = join(live, 'missing.pem');
    settings = { ...settings, files: { ...settings.files, key } };
    expect(await failureOf(installed())).toMatchObject({
      fault: 'not-found',
      message: `${key} in ${replica} is not there: check the path in the configuration.`,
    });
    settings = { ...settings, files: { ...settings.files, key: live } };
    expect((await failureOf(installed())).message).toContain(`${live} in ${replica} is a folder`);
    settings = { ...settings, files: { ...settings.files, key: '/dev/zero' } };
    expect((await failureOf(installed())).message).toContain(`/dev/zero in ${replica} is no regular file`);
  });

  test('without openssl Python tells whose key it is; without both, what to add is said', async () => {
    expect(await probe(without('openssl')).installed(soon())).toMatchObject({ keyMatches: true });
    expect(await failureOf(probe(without('openssl', 'python3')).installed(soon()))).toMatchObject({
      fault: 'not-configured',
      message: expect.stringContaining(`Nothing in ${replica} tells whose key`),
    });
  });

  test('the private key stays where it is, but for a secret that is to hold it', async () => {
    const printed: string[] = [];
    const listening = by((exec) => async (command, options) => {
      const result = await exec(command, options);
      printed.push(result.stdout, result.stderr, Buffer.from(result.stdout, 'base64').toString());
      return result;
    });
    const secret = made.first.key.split('\n')[1] ?? '';
    const looking = createCertificateActuator(() => settings, listening);
    await probe(listening).installed(soon());
    await probe(listening).plan(soon());
    const backup = await looking.backup('label', soon());
    await there.lay(version(2, made.second));
    await looking.restore(backup, soon());
    expect(printed.length).toBeGreaterThan(20);
    expect(printed.join('\n')).not.toContain(secret);

    const { certificate, key } = await createPairReader(() => settings, listening)(soon());
    expect(printed.join('\n')).toContain(secret);
    expect(certificate.content.toString()).toBe(made.first.chain);
    expect(key).toEqual({
      name: `${settings.files.key} in ${replica}`,
      content: Buffer.from(made.first.key),
    });
  });

  describe('a lineage', () => {
    test('what was kept is put back as a version of its own, once or twice', async () => {
      const before = (await installed()).leaf.serial;
      const backup = await actuator().backup('label', soon());
      expect(backup).toMatchObject({ kind: 'certbot', serial: before });
      await there.lay(version(2, made.second));
      expect((await installed()).leaf.serial).not.toBe(before);
      for (const next of [3, 4]) {
        await actuator().restore(JSON.parse(JSON.stringify(backup)), soon());
        expect(await installed()).toMatchObject({
          leaf: { serial: before },
          keyMatches: true,
          keyMode: '600',
        });
        expect(await there.linkTarget(settings.files.key)).toBe(`../../archive/paksa/privkey${next}.pem`);
      }
      expect(await there.mode(settings.files.certificate)).toBe('644');
      const versions = [1, 2, 3, 4].flatMap((n) => VERSIONED.map((kind) => `${kind}${n}.pem`));
      expect(await there.list(archive)).toEqual(versions.sort());
      expect(await there.list(live)).toEqual(VERSIONED.map((kind) => `${kind}.pem`).sort());
    });

    test('a version that appears meanwhile is never written over', async () => {
      const backup = await actuator().backup('label', soon());
      await there.lay(version(2, made.second));
      const taken = join(archive, 'privkey3.pem');
      // Made in the moment before the copy gets its name.
      const everywhere = by((exec) => async (command, options) => {
        if (command[0] === 'ln' && command.at(-1) === taken) await there.put(taken, 'of somebody else');
        return exec(command, options);
      });
      const racing = createCertificateActuator(() => settings, everywhere);
      expect((await failureOf(racing.restore(backup, soon()))).message).toContain('privkey3.pem');
      expect((await there.read(taken)).toString()).toBe('of somebody else');
      expect(await there.linkTarget(settings.files.key)).toBe('../../archive/paksa/privkey2.pem');
      expect((await there.list(archive)).filter((name) => name.includes('paksa-tmp'))).toEqual([]);
    });

    test('copies of its files are refused, and so is a file that is no link', async () => {
      const copy = join(surroundings.folder, 'copy.pem');
      await there.put(copy, made.first.chain);
      settings = { ...settings, files: { ...settings.files, certificate: copy } };
      expect(await failureOf(probe().plan(soon()))).toMatchObject({
        fault: 'not-configured',
        message: expect.stringContaining(`is not in ${live} in ${replica}`),
      });

      const plain = join(dirname(live), 'plain');
      const files = { certificate: join(plain, 'fullchain.pem'), key: join(plain, 'privkey.pem') };
      await there.lay(
        VERSIONED.map((kind) => ({ path: join(plain, `${kind}.pem`), content: made.first.chain })),
      );
      settings = { ...settings, files, authority: { ...settings.authority, name: 'plain' } };
      expect((await failureOf(actuator().backup('label', soon()))).message).toContain(
        `in ${replica} is no symbolic link`,
      );
    });

    test('a certbot that is not there', async () => {
      const failing = createCertificateActuator(() => settings, without('certbot'));
      expect(await failureOf(failing.renew(soon()))).toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining(`There is no certbot in ${replica}`),
      });
    });
  });
}

async function makeKeys() {
  await using folder = await temporaryFolder();
  const authority = await testAuthority(join(folder.path, 'authority'));
  const names: [string] = ['api.paksa.test'];
  const [first, second] = [await authority.issue({ names }), await authority.issue({ names })];
  const [plain, locked] = [join(folder.path, 'plain.key'), join(folder.path, 'locked.key')];
  await writeFile(plain, first.key);
  await openssl('pkey', '-in', plain, '-aes256', '-passout', 'pass:hush', '-out', locked);
  const elliptic = await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
  return { first, second, elliptic, locked: await readFile(locked, 'utf8') };
}

async function failureOf(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (thrown instanceof AdapterError) return thrown;
  throw thrown;
}

const der = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
