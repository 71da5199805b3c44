/** A server that is well, as the topic `ssl` sees it: each test says what is different. Checks are functions of probes. */
import { ssl } from '../../commands/ssl.ts';
import type { InstalledCertificate } from '../../src/adapters/certificate/port.ts';
import type { Certificate, PresentedCertificate } from '../../src/adapters/tls/port.ts';
import type { Verdict } from '../../src/runbook/finding.ts';
import type { Fix } from '../../src/runbook/fix.ts';
import type { Target } from '../../src/runbook/target.ts';
import type { Circumstances, FixContext } from '../../src/runbook/tools.ts';
import { contextWith, type Given } from './context.ts';

const DAY = 86_400_000;
export const NOW = new Date('2026-03-10T12:00:00Z');
export const inDays = (days: number) => new Date(NOW.getTime() + days * DAY);

export const certificate = (of: Partial<Certificate> = {}): Certificate => ({
  subject: 'paksa.test',
  issuer: 'Paksa Intermediate',
  names: ['paksa.test', 'www.paksa.test'],
  serial: '0A1B',
  fingerprint: 'AA:BB',
  notBefore: inDays(-30),
  notAfter: inDays(60),
  keyType: 'ec',
  keyBits: 256,
  signature: 'ecdsa-with-SHA256',
  selfSigned: false,
  ...of,
});

export const intermediate = (of: Partial<Certificate> = {}) =>
  certificate({
    subject: 'Paksa Intermediate',
    issuer: 'Paksa Root',
    serial: '01',
    fingerprint: '01',
    ...of,
  });

/** `daysLeft` follows from `notAfter`. */
export function presented(of: Partial<PresentedCertificate> = {}): PresentedCertificate {
  const leaf = certificate(of);
  return {
    daysLeft: Math.floor((leaf.notAfter.getTime() - NOW.getTime()) / DAY),
    matchesName: true,
    chain: [leaf, intermediate()],
    chainInOrder: true,
    protocol: 'TLSv1.3',
    ...leaf,
    ...of,
  };
}

export const installed = (of: Partial<InstalledCertificate> = {}): InstalledCertificate => ({
  leaf: certificate(),
  chain: [certificate(), intermediate()],
  chainInOrder: true,
  keyMatches: true,
  keyMode: '600',
  ...of,
});

export const TARGET: Target = {
  environment: 'production',
  tls: { host: '10.0.0.7', port: 443, servername: 'paksa.test' },
  certificate: {
    files: { certificate: '/etc/paksa/cert.pem', key: '/etc/paksa/key.pem' },
    authority: { kind: 'local-ca', directory: '/etc/paksa/ca', days: 90 },
  },
};

export function context(
  changed: Given = {},
  of: Partial<Circumstances & { attempt: string }> = {},
): FixContext {
  return contextWith(
    of.target ?? TARGET,
    {
      ...changed,
      tls: {
        peerCertificate: async () => presented(),
        protocols: async () => ['TLSv1.2', 'TLSv1.3'],
        ...changed.tls,
      },
      http: { clock: async () => ({ skewMs: 200, uncertaintyMs: 600 }), ...changed.http },
      certificate: {
        installed: async () => installed(),
        plan: async () => ({ authority: 'the local CA', names: ['paksa.test', 'api.paksa.test'], days: 90 }),
        ...changed.certificate,
      },
    },
    { now: NOW, attempt: 'INC-1-renew-1', ...of },
  );
}

/** What a check of the topic says, given what its probes answer. */
export function look(id: string, changed: Given = {}, of: Partial<Circumstances> = {}): Promise<Verdict> {
  const check = ssl.checks[id];
  if (!check) throw new Error(`the topic has no check ${id}`);
  return check.look(context(changed, of));
}

export const serving = (of: Partial<PresentedCertificate>): Pick<Given, 'tls'> => ({
  tls: { peerCertificate: async () => presented(of) },
});

export const onDisk = (of: Partial<InstalledCertificate>): Pick<Given, 'certificate'> => ({
  certificate: { installed: async () => installed(of) },
});

export const clockOff = (skewMs: number, uncertaintyMs: number): Pick<Given, 'http'> => ({
  http: { clock: async () => ({ skewMs, uncertaintyMs }) },
});

export function fixCalled(id: string): Fix {
  const fix = ssl.fixes[id];
  if (!fix) throw new Error(`the topic has no fix ${id}`);
  return fix;
}

export function undoOf(id: string) {
  const { undo } = fixCalled(id);
  if (!undo.reversible) throw new Error(`${id} cannot be taken back: ${undo.why}`);
  return undo;
}
