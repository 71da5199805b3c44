/** The certificate that certbot keeps was not renewed in time, or nginx does not know of it. */
import type { CertbotStack } from '../certbot-stack.ts';
import type { Fault } from '../fault.ts';
import { certificateAsSaid } from './ssl.ts';

/** Whatever was done to the lineage: a certificate of the usual authority, presented. */
async function mend({ lineage, authorities, reload }: CertbotStack): Promise<void> {
  await lineage.obtain(authorities.usual);
  await reload();
}

export const certbotFaults: readonly Fault<CertbotStack>[] = [
  {
    id: 'certificate-runs-out',
    topic: 'ssl',
    what: 'certbot’s certificate ends in five days, and nothing has renewed it',
    inject: async ({ lineage, authorities, reload }) => {
      await lineage.obtain(authorities.hasty);
      await lineage.renewFrom(authorities.usual);
      await reload();
    },
    mend,
    foundBy: ['expiry', 'file'],
    fix: 'renew',
    promised: certificateAsSaid,
  },
];
