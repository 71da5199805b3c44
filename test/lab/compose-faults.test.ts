/** The faults of a system under docker-compose. */
import { startComposeStack } from './compose-stack.ts';
import { composeEnvironment } from './configuration.ts';
import { testFaults } from './fault-suite.ts';
import { COMPOSE_FAULTS } from './faults/index.ts';

testFaults('faults under docker-compose', {
  faults: COMPOSE_FAULTS,
  start: (lab) => startComposeStack(lab, 'compose-faults'),
  describe: composeEnvironment,
});
