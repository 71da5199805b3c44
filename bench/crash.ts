/**
 * `npm run bench:crash`: replicas are killed at every named step of deciding, sending, recording, answering and escalating.
 * Real processes, over a PostgreSQL that keeps what it commits (fsync), with peers that judge by the providers' own rules.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/errors.ts';
import { closers, stopOnSignal } from '../src/signals.ts';
import { openDatabase } from '../src/store/embedded/database.ts';
import { crashMatrix } from '../test/crash/matrix.ts';
import { crashPage } from './crash-page.ts';

const PAGE = fileURLToPath(new URL('../docs/bench-crash.md', import.meta.url));
const MORTAL = 5;
const OPEN = 16;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const [load = 0] = loadavg();

const { opened, closeAll } = closers();
stopOnSignal(closeAll);
const say = (what: string) => process.stdout.write(`  ${what}\n`);

try {
  const folder = await mkdtemp(join(tmpdir(), 'paksa-bench-'));
  opened(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL does not run as root: its user must be able to reach its files.
  await chmod(folder, 0o755);
  const database = await openDatabase({ directory: folder, settings: { max_connections: '300' } });
  opened(database.close);
  const matrix = await crashMatrix({
    databaseUrl: database.url,
    ...{ seed, deaths: runs, mortal: MORTAL, open: OPEN },
    cache: join(folder, 'compiled'),
    say,
  });
  const page = crashPage({ ...matrix, ...{ seed, load, cores: availableParallelism() } });
  say(`\n${page}`);
  const failures = [...matrix.lost, ...matrix.doubled, ...matrix.broken];
  if (failures.length > 0) {
    for (const failure of failures) say(failure);
    throw new Error(
      `Seed ${seed} fails: npm run bench:crash -- --runs ${runs} --seed ${seed} plans it again.`,
    );
  }
  await writeFile(PAGE, page);
  await closeAll();
  process.exit(0);
} catch (error) {
  process.stderr.write(`\n${messageOf(error)}\n\n`);
  await closeAll();
  process.exit(1);
}
