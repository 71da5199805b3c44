/**
 * Guide: Network Issues › SSL Certificate Issues.
 *
 * The guide reads a file (`openssl x509`) and opens a connection (`openssl s_client`) and leaves the comparison to the
 * reader; here they are compared. Its `certbot renew` skips a certificate that is not near its end; an approved renewal
 * is wanted, so it is forced. Its `nginx-ingress-controller` names no namespace: the target's configuration does.
 */
import { z } from 'zod';
import { check } from '../src/runbook/check.ts';
import { defineRunbook } from '../src/runbook/define.ts';
import { type Evidence, healthy, inconclusive, problem } from '../src/runbook/finding.ts';
import { fix, irreversible, undoWith } from '../src/runbook/fix.ts';
import type { Target } from '../src/runbook/target.ts';
import type { CheckContext } from '../src/runbook/tools.ts';

/** certbot renews at 30 days; a certificate still not renewed at 21 will not be by itself. */
const RENEW_WITHIN_DAYS = 21;
/** Below these, current browsers refuse or warn (CA/Browser Forum Baseline Requirements §6.1.5). */
const LEAST_RSA_BITS = 2048;
const LEAST_CURVE_BITS = 256;
/** A clock further off than this makes fresh certificates “not yet valid” and tokens expire early. */
const TOLERATED_SKEW_MS = 30_000;

const noServer = ({ tls }: Target) => (tls ? undefined : 'no TLS server configured (environments.….tls)');
const noFile = ({ certificate }: Target) =>
  certificate ? undefined : 'no certificate file configured (environments.….certificate)';
const noCluster = ({ kubernetes }: Target) => (kubernetes ? undefined : 'no cluster configured');

const serverOf = ({ target }: CheckContext) => {
  if (!target.tls) throw new Error('a check ran without what it needs');
  return target.tls;
};
const presented = (context: CheckContext) => context.tls.peerCertificate(serverOf(context), context.signal);
const day = (date: Date) => date.toISOString().slice(0, 10);
const days = (count: number) => (Math.abs(count) === 1 ? `${count} day` : `${count} days`);

const DISTRUST: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'an intermediate certificate is missing from what the server sends',
  UNABLE_TO_GET_ISSUER_CERT: 'an issuer’s certificate is missing from what the server sends',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known here: a certificate is missing, or not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its root is not trusted here',
  CERT_SIGNATURE_FAILURE: 'a signature in the chain is wrong',
  CERT_REVOKED: 'it has been revoked',
};
/** These are the expiry check's to report. */
const ABOUT_DATES = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Where `renew` left the old files, read back from the incident's log. */
const Backup = z.object({
  kind: z.enum(['certbot', 'local-ca']),
  serial: z.string(),
  files: z.array(z.object({ path: z.string(), keptAt: z.string() })),
});
const KeptSecret = z.object({ serial: z.string(), kept: z.string() });

export const ssl = defineRunbook({
  topic: 'ssl',
  title: 'SSL certificate issues',
  symptoms: ['SSL handshake failures', 'certificate warnings'],
  checks: {
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
        const isWeakKey = keyBits < (keyType === 'rsa' ? LEAST_RSA_BITS : LEAST_CURVE_BITS);
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
        if (!chainInOrder)
          return problem('its certificates are in the wrong order', { evidence, suggests: ['renew'] });
        return keyMode.endsWith('00')
          ? healthy(`valid until ${day(leaf.notAfter)}, key belongs`, evidence)
          : problem(`others can read the private key (mode ${keyMode})`, { evidence, severity: 'warning' });
      },
      { skip: noFile },
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
      { skip: (target) => noServer(target) ?? noFile(target) },
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
  },
  fixes: {
    renew: fix('Renew the certificate', {
      risk: 'medium',
      unavailable: noFile,
      preview: async ({ certificate, signal }) => {
        const [{ leaf }, plan] = await Promise.all([certificate.installed(signal), certificate.plan(signal)]);
        return {
          summary: `Ask ${plan.authority} for a new certificate and put it in place`,
          changes: [
            { what: 'Subject', before: leaf.subject, after: plan.names[0] ?? leaf.subject },
            { what: 'Names', before: leaf.names.join(', '), after: plan.names.join(', ') },
            {
              what: 'Valid until',
              before: day(leaf.notAfter),
              after: plan.days === undefined ? 'as the authority decides' : `${plan.days} days from now`,
            },
            { what: 'Serial', before: leaf.serial, after: 'a new one' },
          ],
          notes: ['The private key is replaced too.', 'The old certificate and key are kept for undo.'],
          boundTo: leaf.fingerprint,
        };
      },
      run: async ({ certificate, signal }) => {
        await certificate.renew(signal);
        const { leaf } = await certificate.installed(signal);
        return `new certificate ${leaf.serial}, valid until ${day(leaf.notAfter)}`;
      },
      undo: undoWith({
        title: 'Put the old certificate and key back',
        capture: ({ certificate, attempt, signal }) => certificate.backup(attempt, signal),
        parse: (data) => Backup.parse(data),
        apply: async ({ certificate, signal }, backup) => {
          await certificate.restore(backup, signal);
          return `certificate ${backup.serial} is in place again`;
        },
        isBack: async ({ certificate, signal }, { serial }) =>
          (await certificate.installed(signal)).leaf.serial === serial,
      }),
      verifiedBy: ['expiry', 'name', 'chain', 'file', 'served-is-installed'],
    }),
    'update-secret': fix('Update the TLS secret', {
      risk: 'medium',
      unavailable: (target) => noCluster(target) ?? noFile(target),
      preview: async ({ kubernetes, certificate, signal }) => {
        const [secret, { leaf }] = await Promise.all([
          kubernetes.tlsSecret(signal),
          certificate.installed(signal),
        ]);
        return {
          summary: `Put the certificate on disk into ${secret.namespace}/${secret.name}`,
          changes: [
            { what: 'Serial', before: secret.leaf.serial, after: leaf.serial },
            { what: 'Valid until', before: day(secret.leaf.notAfter), after: day(leaf.notAfter) },
          ],
          notes: ['The ingress controller picks the new secret up by itself within a minute.'],
          boundTo: `${secret.resourceVersion}/${leaf.fingerprint}`,
        };
      },
      run: async ({ kubernetes, signal }) => {
        await kubernetes.applyTlsSecret(signal);
        return 'the secret holds the certificate on disk';
      },
      undo: undoWith({
        title: 'Put the old secret back',
        capture: async ({ kubernetes, attempt, signal }) => ({
          serial: (await kubernetes.tlsSecret(signal)).leaf.serial,
          kept: await kubernetes.keepTlsSecret(attempt, signal),
        }),
        parse: (data) => KeptSecret.parse(data),
        apply: async ({ kubernetes, signal }, { kept }) => {
          await kubernetes.restoreTlsSecret(kept, signal);
          return `the secret is as it was (from ${kept})`;
        },
        isBack: async ({ kubernetes, signal }, { serial }) =>
          (await kubernetes.tlsSecret(signal)).leaf.serial === serial,
      }),
      verifiedBy: ['expiry', 'served-is-installed'],
    }),
    'restart-ingress': fix('Restart the ingress controller', {
      risk: 'medium',
      unavailable: noCluster,
      preview: async ({ kubernetes, signal }) => {
        const { name, namespace, replicas, ready, resourceVersion } =
          await kubernetes.ingressController(signal);
        return {
          summary: `Roll over the pods of ${namespace}/${name}`,
          changes: [{ what: 'Pods', before: `${ready} of ${replicas} ready`, after: `${replicas} new ones` }],
          notes: replicas < 2 ? ['There is a single pod: connections are dropped while it is replaced.'] : [],
          boundTo: resourceVersion,
        };
      },
      run: async ({ kubernetes, signal }) => {
        await kubernetes.restartIngressController(signal);
        return 'the pods have been replaced';
      },
      undo: irreversible('a restart cannot be taken back'),
      verifiedBy: ['expiry', 'served-is-installed'],
      timeoutSeconds: 300,
    }),
  },
});
