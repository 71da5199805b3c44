/** The faults of a system in a cluster. */
import { startClusterStack } from './cluster-stack.ts';
import { clusterEnvironment } from './configuration.ts';
import { testFaults } from './fault-suite.ts';
import { CLUSTER_FAULTS, COMPOSE_FAULTS } from './faults/index.ts';

testFaults('faults in a cluster', {
  faults: CLUSTER_FAULTS,
  elsewhere: new Set(COMPOSE_FAULTS.map(({ topic }) => topic)),
  start: (lab) => startClusterStack(lab, 'cluster-faults'),
  describe: clusterEnvironment,
});
