/**
 * Which files are begun first. On a fresh clone nothing is known of how long they take, and Vitest goes by their size: short
 * files with long tests would come last, and everybody would wait for one of them.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those that take a minute and more, the longest first; the first of the lab's has it started, while others run. */
const LONGEST = [
  'smoke/crash',
  'smoke/crash-matrix',
  'smoke/database-away-replicas',
  'smoke/cli',
  'smoke/cli-fix',
  'smoke/partition',
  'browser/story',
  'smoke/database-away-crash',
  'simulation/simulate',
  'smoke/trouble',
  'smoke/cli-on-call',
  'smoke/replies',
  'contract/embedded-postgres',
  'smoke/database-away',
  'lab/lab',
  'unit/',
  'commands/',
  'lab/compose-service-faults',
  'lab/compose-database-faults',
  'lab/emergencies-cluster',
  'lab/emergencies-compose',
  'lab/cluster-faults',
  'lab/contract/docker/acting',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((name) =>
    moduleId.includes(`/test/${name}${name.endsWith('/') ? '' : '.test.ts'}`),
  );
  return at === -1 ? LONGEST.length : at;
}
