/** The faults of what serves, under docker-compose. */
import { startComposeStack } from './compose-stack.ts';
import { composeEnvironment } from './configuration.ts';
import { testFaults } from './fault-suite.ts';
import { COMPOSE_SERVICE_FAULTS } from './faults/index.ts';

testFaults('faults of the services under docker-compose', {
  faults: COMPOSE_SERVICE_FAULTS,
  start: (lab) => startComposeStack(lab, 'service-faults'),
  describe: composeEnvironment,
});
