/**
 * Guide: Network Issues › SSL Certificate Issues.
 *
 * The guide reads a file (`openssl x509`) and opens a connection (`openssl s_client`) and leaves the comparison to the
 * reader; here they are compared. Its `certbot renew` skips a certificate that is not near its end; an approved renewal
 * is wanted, so it is forced. Its `nginx-ingress-controller` names no namespace: the target's configuration does. Its
 * `create secret --dry-run=client | kubectl apply` is a dry run on the server, shown as the preview, and then the apply.
 */
import { defineRunbook } from '../src/runbook/define.ts';
import { checks } from './ssl/checks.ts';
import { fixes } from './ssl/fixes.ts';

export const ssl = defineRunbook({
  topic: 'ssl',
  title: 'SSL certificate issues',
  symptoms: ['SSL handshake failures', 'certificate warnings'],
  checks,
  fixes,
});
