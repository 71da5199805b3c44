/** What the topic `ssl` can do: renew the certificate, bring it into the cluster, have the ingress read it. */
import { z } from 'zod';
import { fix, irreversible, undoWith } from '../../src/runbook/fix.ts';
import { reasonIn } from '../load-balancer/nginx.ts';
import { asked } from '../parts/fault.ts';
import { all, noCluster, noFile, noNginx, noWorkload } from '../parts/target.ts';
import { day, short } from '../parts/words.ts';

/** Where `renew` left the old files, read back from the incident's log. */
const Backup = z.object({
  kind: z.enum(['certbot', 'local-ca']),
  serial: z.string(),
  files: z.array(z.object({ path: z.string(), keptAt: z.string() })),
});
const KeptSecret = z.object({ serial: z.string(), kept: z.string() });

export const fixes = {
  renew: fix('Renew the certificate', {
    risk: 'medium',
    touches: ['certificate'],
    unavailable: noFile,
    preview: async ({ certificate, target, signal }) => {
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
        notes: [
          'The private key is replaced too.',
          'The old certificate and key are kept for undo.',
          ...(target.kubernetes || noNginx(target) !== undefined
            ? []
            : [
                'nginx presents it once it has been reloaded: the fix “Have nginx read the certificate anew”.',
              ]),
        ],
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
    verifiedBy: ['expiry', 'name', 'chain', 'file', 'secret', 'served-is-installed'],
    // In a cluster the ingress presents the secret, which is brought up to date next; nginx what it read when it was last told to.
    leaves: (target) =>
      target.kubernetes || noNginx(target) === undefined
        ? ['expiry', 'name', 'chain', 'secret', 'served-is-installed']
        : [],
  }),
  'update-secret': fix('Update the TLS secret', {
    risk: 'medium',
    touches: ['certificate'],
    unavailable: all(noCluster, noFile),
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
        notes: ['An ingress controller that does not watch the secret presents it after a restart only.'],
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
    verifiedBy: ['secret'],
  }),
  'create-secret': fix('Create the TLS secret', {
    risk: 'medium',
    touches: ['certificate'],
    unavailable: all(noCluster, noFile),
    preview: async ({ kubernetes, certificate, target, signal }) => {
      const [held, { leaf }] = await Promise.all([
        asked(kubernetes.tlsSecret(signal)),
        certificate.installed(signal),
      ]);
      if (held.answered) throw new Error(`${held.answer.name} is there: update it instead.`);
      if (held.fault !== 'not-found') throw new Error(held.message);
      const { namespace, tlsSecret } = target.kubernetes ?? {};
      return {
        summary: `Create ${namespace}/${tlsSecret} with the certificate on disk`,
        changes: [
          { what: 'Secret', before: 'not there', after: `serial ${leaf.serial}` },
          { what: 'Valid until', before: '-', after: day(leaf.notAfter) },
        ],
        notes: ['An ingress controller that does not watch the secret presents it after a restart only.'],
        boundTo: `none/${leaf.fingerprint}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.applyTlsSecret(signal);
      return 'the secret is there, and holds the certificate on disk';
    },
    undo: irreversible(
      'there was none before: Paksa has no right to delete secrets, “kubectl delete secret” has',
    ),
    verifiedBy: ['secret'],
  }),
  'reload-nginx': fix('Have nginx read the certificate anew', {
    risk: 'medium',
    touches: ['nginx'],
    unavailable: noNginx,
    preview: async ({ nginx, certificate, signal }) => {
      const [test, { leaf }] = await Promise.all([nginx.test(signal), certificate.installed(signal)]);
      if (!test.ok)
        throw new Error(
          `nginx -t refuses the configuration, so that a reload would change nothing. Correct it first: ${short(reasonIn(test.output.trim().split('\n')), 200)}`,
        );
      return {
        summary: 'Reload nginx (nginx -s reload)',
        changes: [
          { what: 'Certificate', before: 'as nginx read it last', after: `from disk, serial ${leaf.serial}` },
        ],
        notes: ['nginx -t takes the configuration.', 'A reload drops no connection.'],
        boundTo: leaf.fingerprint,
      };
    },
    run: async ({ nginx, signal }) => {
      await nginx.reload(signal);
      return 'nginx has read its files anew';
    },
    undo: irreversible('a reload changes no file: put the old certificate back, and reload again'),
    verifiedBy: ['expiry', 'served-is-installed'],
  }),
  'restart-ingress': fix('Restart the ingress controller', {
    risk: 'medium',
    touches: ['nginx'],
    unavailable: noWorkload('nginx'),
    preview: async ({ kubernetes, signal }) => {
      const { name, namespace, replicas, ready, generation } = await kubernetes.workload('nginx', signal);
      return {
        summary: `Roll over the pods of ${namespace}/${name}`,
        changes: [{ what: 'Pods', before: `${ready} of ${replicas} ready`, after: `${replicas} new ones` }],
        notes: replicas < 2 ? ['There is a single pod: connections are dropped while it is replaced.'] : [],
        boundTo: `${namespace}/${name}/${generation}`,
      };
    },
    run: async ({ kubernetes, signal }) => {
      await kubernetes.restart('nginx', signal);
      return 'the pods have been replaced';
    },
    undo: irreversible('a restart cannot be taken back'),
    verifiedBy: ['expiry', 'served-is-installed'],
    timeoutSeconds: 300,
  }),
};
