/** What the topic `ssl` looks at: what the server presents, what is on disk, and whether they agree. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { all, noCluster, noFile, noServer } from '../parts/target.ts';
import { count, day } from '../parts/words.ts';

/** certbot renews at 30 days; a certificate still not renewed at 21 will not be by itself. */
const RENEW_WITHIN_DAYS = 21;
/** Below these, current browsers refuse or warn (CA/Browser Forum Baseline Requirements §6.1.5). */
const LEAST_RSA_BITS = 2048;
const LEAST_CURVE_BITS = 256;
/** A clock further off than this makes fresh certificates “not yet valid” and tokens expire early. */
const TOLERATED_SKEW_MS = 30_000;

const serverOf = ({ target }: CheckContext) => {
  if (!target.tls) throw new Error('a check ran without what it needs');
  return target.tls;
};
const presented = (context: CheckContext) => context.tls.peerCertificate(serverOf(context), context.signal);
const days = (number: number) => count(number, 'day');

const DISTRUST: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'an intermediate certificate is missing from what the server sends',
  UNABLE_TO_GET_ISSUER_CERT: 'an issuer’s certificate is missing from what the server sends',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here: a certificate is missing, or not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not trusted here',
  CERT_SIGNATURE_FAILURE: 'a signature in the chain is wrong',
  CERT_REVOKED: 'it has been revoked',
};
/** Of the leaf, these are the expiry check's to report. */
const ABOUT_DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

export const checks = {
  expiry: check(
    'Certificate the server presents',
    async (context) => {
      const cert = await presented(context);
      const evidence: Evidence = {
        subject: cert.subject,
        issuer: cert.issuer,
        serial: cert.serial,
        'valid from': day(cert.notBefore),
        'valid until': day(cert.notAfter),
      };
      if (cert.notBefore > context.now)
        return problem(`not valid before ${day(cert.notBefore)}`, { evidence, suggests: ['renew'] });
      if (cert.notAfter <= context.now)
        return problem(`expired on ${day(cert.notAfter)}`, { evidence, suggests: ['renew'] });
      return cert.daysLeft > RENEW_WITHIN_DAYS
        ? healthy(`valid for ${days(cert.daysLeft)} more, until ${day(cert.notAfter)}`, evidence)
        : problem(`expires in ${days(cert.daysLeft)}, on ${day(cert.notAfter)}`, {
            evidence,
            suggests: ['renew'],
            severity: cert.daysLeft > 7 ? 'warning' : 'critical',
          });
    },
    { skip: noServer },
  ),
  name: check(
    'Names of the certificate',
    async (context) => {
      const cert = await presented(context);
      const asked = serverOf(context).servername ?? serverOf(context).host;
      const evidence = { asked, names: cert.names };
      return cert.matchesName
        ? healthy(`valid for ${asked}`, evidence)
        : problem(
            `not valid for ${asked}, only for ${cert.names.slice(0, 3).join(', ') || 'no name at all'}`,
            {
              evidence,
              suggests: ['renew'],
            },
          );
    },
    { skip: noServer },
  ),
  chain: check(
    'Chain of trust',
    async (context) => {
      const cert = await presented(context);
      const evidence = {
        sent: cert.chain.map(({ subject }) => subject),
        verdict: cert.distrust ?? 'trusted',
      };
      const issuer = cert.chain
        .slice(1)
        .find(({ notBefore, notAfter }) => notAfter <= context.now || notBefore > context.now);
      if (issuer)
        return problem(
          `${issuer.subject}, which issued it, is valid only from ${day(issuer.notBefore)} to ${day(issuer.notAfter)}`,
          {
            evidence,
            suggests: ['renew'],
          },
        );
      if (cert.distrust !== undefined && !ABOUT_DATES.has(cert.distrust))
        return problem(`not trusted: ${DISTRUST[cert.distrust] ?? cert.distrust}`, {
          evidence,
          suggests: ['renew'],
        });
      return cert.chainInOrder
        ? healthy(`complete, ${cert.chain.length} sent by the server`, evidence)
        : problem('sent in the wrong order: some clients will refuse it', {
            evidence,
            severity: 'warning',
          });
    },
    { skip: noServer },
  ),
  strength: check(
    'Key and signature',
    async (context) => {
      const { keyType, keyBits, signature } = await presented(context);
      const evidence = { key: `${keyType} ${keyBits}`, signature };
      if (keyBits === 0) return inconclusive(`its key cannot be judged: ${keyType}`, evidence);
      const isWeakKey = keyBits < (keyType.startsWith('rsa') ? LEAST_RSA_BITS : LEAST_CURVE_BITS);
      if (isWeakKey)
        return problem(`weak key: ${keyType} of ${keyBits} bits`, { evidence, suggests: ['renew'] });
      return /md5|sha1(?!\d)/i.test(signature)
        ? problem(`signed with ${signature}, which clients refuse`, { evidence, suggests: ['renew'] })
        : healthy(`${keyType} ${keyBits}, ${signature}`, evidence);
    },
    { skip: noServer },
  ),
  stapling: check(
    'Revocation (OCSP stapling)',
    async (context) => {
      const { stapled } = await presented(context);
      if (stapled === undefined) return healthy('no response stapled; none is required');
      if (stapled === 'good') return healthy('stapled response says good');
      if (stapled === 'revoked')
        return problem('revoked, says the stapled response', { suggests: ['renew'] });
      return problem(`stapled response is ${stapled}: strict clients will refuse it`, {
        severity: 'warning',
      });
    },
    { skip: noServer },
  ),
  file: check(
    'Certificate file on disk',
    async ({ certificate, target, now, signal }) => {
      const { leaf, chainInOrder, keyMatches, keyMode } = await certificate.installed(signal);
      const evidence: Evidence = {
        file: target.certificate?.files.certificate ?? '',
        serial: leaf.serial,
        'valid until': day(leaf.notAfter),
        'key file mode': keyMode,
      };
      if (!keyMatches)
        return problem('the private key on disk does not belong to it', { evidence, suggests: ['renew'] });
      if (leaf.notAfter <= now)
        return problem(`expired on ${day(leaf.notAfter)}`, { evidence, suggests: ['renew'] });
      if (leaf.notBefore > now)
        return problem(`not valid before ${day(leaf.notBefore)}`, { evidence, suggests: ['renew'] });
      // A server that presents it tells this itself; without one, or with a cluster in between, nobody else would.
      const daysLeft = Math.floor((leaf.notAfter.getTime() - now.getTime()) / 86_400_000);
      if ((!target.tls || target.kubernetes) && daysLeft <= RENEW_WITHIN_DAYS)
        return problem(`expires in ${days(daysLeft)}`, {
          evidence,
          suggests: ['renew'],
          severity: 'warning',
        });
      if (!chainInOrder)
        return problem('its certificates are in the wrong order', { evidence, suggests: ['renew'] });
      return keyMode.endsWith('00')
        ? healthy(`valid until ${day(leaf.notAfter)}, key belongs`, evidence)
        : problem(`others can read the private key (mode ${keyMode})`, { evidence, severity: 'warning' });
    },
    { skip: noFile },
  ),
  secret: check(
    'TLS secret of the cluster',
    async ({ kubernetes, certificate, now, signal }) => {
      const [secret, installed] = await Promise.all([
        kubernetes.tlsSecret(signal),
        certificate.installed(signal),
      ]);
      const evidence = { 'in the cluster': secret.leaf.serial, 'on disk': installed.leaf.serial };
      if (secret.leaf.fingerprint === installed.leaf.fingerprint)
        return healthy('holds the certificate on disk', evidence);
      // The one on disk is not worth bringing into the cluster before it has been renewed.
      const suggests = installed.leaf.notAfter > now ? ['update-secret'] : ['renew', 'update-secret'];
      return problem(`${secret.name} holds another certificate than the one on disk`, { evidence, suggests });
    },
    { skip: all(noCluster, noFile) },
  ),
  'served-is-installed': check(
    'Served certificate is the one on disk',
    async (context) => {
      const [served, installed] = await Promise.all([
        presented(context),
        context.certificate.installed(context.signal),
      ]);
      const evidence = { served: served.serial, 'on disk': installed.leaf.serial };
      return served.fingerprint === installed.leaf.fingerprint
        ? healthy('the same certificate', evidence)
        : problem('the server presents another one: it has not been reloaded', {
            evidence,
            suggests: ['restart-ingress'],
          });
    },
    { skip: all(noServer, noFile) },
  ),
  protocols: check(
    'Protocol versions',
    async (context) => {
      const versions = await context.tls.protocols(serverOf(context), context.signal);
      const evidence = { answers: versions };
      const old = versions.filter((version) => version === 'TLSv1' || version === 'TLSv1.1');
      if (versions.length === 0) return inconclusive('no version completed a handshake');
      return old.length === 0
        ? healthy(versions.join(', '), evidence)
        : problem(`${old.join(' and ')} still answer (deprecated by RFC 8996)`, {
            evidence,
            severity: 'warning',
          });
    },
    { skip: noServer },
  ),
  clock: check(
    'Clocks agree',
    async (context) => {
      const { skewMs, uncertaintyMs } = await context.http.clock(serverOf(context), context.signal);
      const seconds = Math.round(skewMs / 1000);
      const evidence = { 'skew in s': seconds, '± s': Math.ceil(uncertaintyMs / 1000) };
      return Math.abs(skewMs) - uncertaintyMs <= TOLERATED_SKEW_MS
        ? healthy(`the server’s clock is within ${TOLERATED_SKEW_MS / 1000} s of ours`, evidence)
        : problem(`the server’s clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`, {
            evidence,
          });
    },
    { skip: noServer },
  ),
};
