/** The faults of the database and of what is in it, under docker-compose. */
import { startComposeStack } from './compose-stack.ts';
import { composeEnvironment } from './configuration.ts';
import { testFaults } from './fault-suite.ts';
import { COMPOSE_DATABASE_FAULTS } from './faults/index.ts';

testFaults('faults of the database under docker-compose', {
  faults: COMPOSE_DATABASE_FAULTS,
  start: (lab) => startComposeStack(lab, 'database-faults'),
  describe: composeEnvironment,
});
