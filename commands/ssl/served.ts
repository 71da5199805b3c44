/** The certificate as the server presents it, and how. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import { noServer } from '../parts/target.ts';
import { day } from '../parts/words.ts';
import { days, presented, RENEW_WITHIN_DAYS, serverOf } from './server.ts';

/** Below these, current browsers refuse or warn (CA/Browser Forum Baseline Requirements §6.1.5). */
const LEAST_RSA_BITS = 2048;
const LEAST_CURVE_BITS = 256;
/** A clock further off than this makes fresh certificates “not yet valid” and tokens expire early. */
const TOLERATED_SKEW_MS = 30_000;

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

export const servedChecks = {
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
