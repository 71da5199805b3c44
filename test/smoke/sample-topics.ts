/** The guide's SSL topic with procedures of the tests' own: an emergency with a step of each kind, and one that is none. */
import { ssl } from '../../commands/ssl.ts';
import { catalog, defineRunbook } from '../../src/runbook/define.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';

export const topics = catalog([
  defineRunbook({
    ...ssl,
    emergency: 'certificate-lost',
    procedures: {
      'certificate-lost': {
        title: 'The certificate is lost',
        steps: {
          survey: look('See what is served', ['expiry', 'name']),
          renew: act('Renew the certificate', 'renew', { when: ['expiry'] }),
          ingress: act('Restart the ingress', 'restart-ingress'),
          tell: person('Tell the customers', ['Write to the status page.', 'Call the desk.'], {
            minutes: 20,
          }),
          authority: person('Call the authority', ['Ask why it was revoked.']),
          again: act('Renew it once more', 'renew', { when: ['expiry'] }),
          prove: look('Prove that it is served', ['expiry', 'name'], { mustBeHealthy: true }),
        },
      },
      'by-hand': {
        title: 'Renew it by hand',
        steps: {
          renew: person('Renew it on the server', ['certbot renew --force-renewal']),
          prove: look('Prove that it is served', ['expiry'], { mustBeHealthy: true }),
        },
      },
    },
  }),
]);
