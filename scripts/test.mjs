// `npm test`: installs what the tests need, runs them, names those that failed, and closes with a line that counts them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { installPrograms } from './debian.mjs';
import { inOurPlace } from './exec.mjs';
import { install, installPostgresVersions, NODE, ROOT } from './install.mjs';
import { buildPage } from './page.mjs';
import { run, Stop } from './say.mjs';

const folder = mkdtempSync(join(tmpdir(), 'paksa-report-'));
const reportFile = join(folder, 'report.json');

await run(async () => {
  process.stdout.write('\n  Paksa’s tests\n\n');
  await install();
  await installPostgresVersions();
  const missing = await installPrograms();
  if (missing && process.env.CI) throw new Stop(missing);
  if (missing) process.stderr.write(`\n${missing}\n\n`);
  await buildPage();
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  return inOurPlace(NODE, [vitest, 'run', ...reporters, ...process.argv.slice(2)], { cwd: ROOT });
});

const { passed, failed, skipped, names } = count();
// A run that failed in no test (it could not be installed, or a server did not stop) has failed all the same.
const failures = process.exitCode !== 0 && failed === 0 ? 1 : failed;
if (failures > 0) process.exitCode = 1;
for (const name of names) process.stdout.write(`  failed: ${name}\n`);
process.stdout.write(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
rmSync(folder, { recursive: true, force: true });

function count() {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, names: [] };
  }
  // A file that could not be loaded has no tests in it, and counts as one that failed.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    names: report.testResults.flatMap(named),
  };
}

/** The failed ones of a file, with the first line of why; the file itself where it could not be loaded. */
function named({ name, status, message, assertionResults }) {
  const file = relative(ROOT, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [`${file}: ${firstLine(message)}`];
  return failed.map(({ fullName, failureMessages: [why] }) => `${file} > ${fullName}: ${firstLine(why)}`);
}

function firstLine(text = '') {
  return text.split('\n', 1)[0].slice(0, 300);
}
