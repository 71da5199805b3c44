/** The certificate on disk, in the cluster’s secret, and whether it is the one that the server presents. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem } from '../../src/runbook/finding.ts';
import { all, noCluster, noFile, noServer } from '../parts/target.ts';
import { day } from '../parts/words.ts';
import { days, presented, RENEW_WITHIN_DAYS } from './server.ts';

/** A wildcard stands for one label (RFC 9525 §6.3). */
const covers = (name: string, asked: string): boolean =>
  name.toLowerCase() === asked.toLowerCase() ||
  (name.startsWith('*.') && name.slice(1).toLowerCase() === asked.slice(asked.indexOf('.')).toLowerCase());

export const installedChecks = {
  file: check(
    'Certificate file on disk',
    async ({ certificate, target, now, signal }) => {
      const { leaf, chainInOrder, missingIssuer, keyMatches, keyMode } = await certificate.installed(signal);
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
      // Of what a server presents, the checks of name and chain tell these.
      const asked = target.tls?.servername ?? target.tls?.host;
      if (target.kubernetes && asked !== undefined && !leaf.names.some((name) => covers(name, asked)))
        return problem(`not valid for ${asked}, only for ${leaf.names.slice(0, 3).join(', ')}`, {
          evidence,
          suggests: ['renew'],
        });
      if (target.kubernetes && target.tls && missingIssuer !== undefined)
        return problem(`the certificate of ${missingIssuer} is missing after it`, {
          evidence,
          suggests: ['renew'],
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
};
