/** The faults of a site whose certificate certbot gets from an ACME server. */
import { startCertbotStack } from './certbot-stack.ts';
import { certbotEnvironment } from './configuration.ts';
import { testFaults } from './fault-suite.ts';
import { CERTBOT_FAULTS } from './faults/index.ts';

testFaults('faults of certbot’s certificate', {
  faults: CERTBOT_FAULTS,
  start: (lab) => startCertbotStack(lab, 'certbot-faults'),
  describe: certbotEnvironment,
});
