/** The guide's SSL topic, where renewing is of high risk. */
import { ssl } from '../../commands/ssl.ts';
import { catalog, defineRunbook } from '../../src/runbook/define.ts';

const { renew } = ssl.fixes;
if (!renew) throw new Error('the topic has no fix “renew” any more');

export const topics = catalog([
  defineRunbook({ ...ssl, fixes: { ...ssl.fixes, renew: { ...renew, risk: 'high' } } }),
]);
