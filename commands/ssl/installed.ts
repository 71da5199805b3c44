/** The certificate on disk, in the cluster’s secret, and whether it is the one that the server presents. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { Target } from '../../src/runbook/target.ts';
import { asked } from '../parts/fault.ts';
import { all, noCluster, noFile, noNginx, noServer, noWorkload } from '../parts/target.ts';
import { day } from '../parts/words.ts';
import { days, presented, RENEW_WITHIN_DAYS } from './server.ts';

/** A wildcard stands for one label (RFC 9525 §6.3). */
const covers = (name: string, asked: string): boolean =>
  name.toLowerCase() === asked.toLowerCase() ||
  (name.startsWith('*.') && name.slice(1).toLowerCase() === asked.slice(asked.indexOf('.')).toLowerCase());

type Certificate = Pick<Awaited<ReturnType<typeof presented>>, 'notBefore'>;

/** Which of the two is the older one: a server that has the newer one gets it from elsewhere. */
const differenceOf = (served: Certificate, onDisk: Certificate): string =>
  served.notBefore > onDisk.notBefore
    ? `the server presents a newer one, of ${day(served.notBefore)}: the file on disk is not what it reads`
    : 'the server presents another one: it has not been reloaded, or reads another file';

/** Its path, and where it is not on this host, in what. */
const fileOf = ({ certificate }: Target): string => {
  const { files, place } = certificate ?? {};
  const where = place === undefined || place.on === 'host' ? '' : `, in the ${place.on} of ${place.service}`;
  return `${files?.certificate ?? ''}${where}`;
};

export const installedChecks = {
  file: check(
    'Certificate file on disk',
    async ({ certificate, target, now, signal }) => {
      const { leaf, chainInOrder, missingIssuer, keyMatches, keyMode } = await certificate.installed(signal);
      const evidence: Evidence = {
        file: fileOf(target),
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
      // A server that presents it tells this itself; without one, or where a cluster or nginx presents what it last read,
      // nobody else would.
      const isReadLater = target.kubernetes !== undefined || noNginx(target) === undefined;
      const daysLeft = Math.floor((leaf.notAfter.getTime() - now.getTime()) / 86_400_000);
      if ((!target.tls || isReadLater) && daysLeft <= RENEW_WITHIN_DAYS)
        return problem(`expires in ${days(daysLeft)}`, {
          evidence,
          suggests: ['renew'],
          severity: 'warning',
        });
      // Of what a server presents, the checks of name and chain tell these.
      const asked = target.tls?.servername ?? target.tls?.host;
      if (isReadLater && asked !== undefined && !leaf.names.some((name) => covers(name, asked)))
        return problem(`not valid for ${asked}, only for ${leaf.names.slice(0, 3).join(', ')}`, {
          evidence,
          suggests: ['renew'],
        });
      if (isReadLater && target.tls && missingIssuer !== undefined)
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
      const [held, installed] = await Promise.all([
        asked(kubernetes.tlsSecret(signal)),
        certificate.installed(signal),
      ]);
      // The one on disk is not worth bringing into the cluster before it has been renewed.
      const first = installed.leaf.notAfter > now ? [] : ['renew'];
      if (!held.answered) {
        if (held.fault !== 'not-found') return inconclusive(`could not look: ${held.message}`);
        return problem(`it is not there: ${held.message}`, {
          evidence: { 'on disk': installed.leaf.serial },
          suggests: [...first, 'create-secret'],
        });
      }
      const secret = held.answer;
      const evidence = { 'in the cluster': secret.leaf.serial, 'on disk': installed.leaf.serial };
      if (secret.leaf.fingerprint === installed.leaf.fingerprint)
        return healthy('holds the certificate on disk', evidence);
      return problem(`${secret.name} holds another certificate than the one on disk`, {
        evidence,
        suggests: [...first, 'update-secret'],
      });
    },
    { skip: all(noCluster, noFile) },
  ),
  'served-is-installed': check(
    'Served certificate is the one on disk',
    async (context) => {
      const { target } = context;
      const [served, installed] = await Promise.all([
        presented(context),
        context.certificate.installed(context.signal),
      ]);
      const evidence = { served: served.serial, 'on disk': installed.leaf.serial };
      return served.fingerprint === installed.leaf.fingerprint
        ? healthy('the same certificate', evidence)
        : problem(differenceOf(served, installed.leaf), {
            evidence,
            suggests: [
              ...(noWorkload('nginx')(target) === undefined ? ['restart-ingress'] : []),
              ...(noNginx(target) === undefined ? ['reload-nginx'] : []),
            ],
          });
    },
    { skip: all(noServer, noFile) },
  ),
};
