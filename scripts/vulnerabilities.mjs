/** Known vulnerabilities of the packages that Paksa runs with, from npm: those of high severity fail; without an answer, it says so. */
import { spawnSync } from 'node:child_process';

const { status, stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
});
const answer = parse(stdout);
const counts = answer?.metadata?.vulnerabilities;
if (!counts) {
  const { summary, detail } = answer?.error ?? {};
  const why = [summary, detail, answer?.message, error?.message].find(Boolean) ?? 'no answer';
  console.log(`NOT LOOKED AT: known vulnerabilities of packages, because the registry does not say (${why})`);
} else if (status === 0) {
  console.log(`No known vulnerability of high severity (${counts.total} of less).`);
} else {
  for (const [name, { severity, via }] of Object.entries(answer.vulnerabilities))
    console.error(`${severity}: ${name}: ${via.map((each) => each.title ?? each).join('; ')}`);
  console.error(
    'npm audit says more; npm audit fix mends what can be mended within the ranges of package.json.',
  );
  process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
