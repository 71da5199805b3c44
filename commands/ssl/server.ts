/** The server of the topic `ssl`, and the certificate that it presents. */
import type { CheckContext } from '../../src/runbook/tools.ts';
import { count } from '../parts/words.ts';

/** certbot renews at 30 days; a certificate still not renewed at 21 will not be by itself. */
export const RENEW_WITHIN_DAYS = 21;
export const serverOf = ({ target }: CheckContext) => {
  if (!target.tls) throw new Error('a check ran without what it needs');
  return target.tls;
};
export const presented = (context: CheckContext) =>
  context.tls.peerCertificate(serverOf(context), context.signal);
export const days = (number: number) => count(number, 'day');
