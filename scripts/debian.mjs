// The programs that the tests run against, from Debian's packages: installed when we may, else named with the command.
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { quietly } from './exec.mjs';
import { ROOT } from './install.mjs';
import { phase } from './say.mjs';

/** Debian keeps servers out of other users' PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

function isThere(program) {
  return FOLDERS.some((folder) => {
    try {
      // What has no program of its own, such as a Python library, is named by an absolute path.
      accessSync(resolve(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installs what is missing, where that is possible. Answers what is missing still, as a sentence; undefined when nothing is. */
export async function installPrograms() {
  const packages = JSON.parse(readFileSync(join(ROOT, 'test', 'harness', 'debian.json'), 'utf8'));
  const missing = () => Object.keys(packages).filter((program) => !isThere(program));
  const namesOf = (programs) => [...new Set(programs.map((program) => packages[program]))];
  if (missing().length === 0) return undefined;

  const wanted = namesOf(missing());
  const as = await whoInstalls();
  if (as && isThere('apt-get'))
    await phase('programs', `installing ${wanted.join(', ')}`, () => aptInstall(as, wanted));

  const left = missing();
  if (left.length === 0) return undefined;
  return (
    `Not on this machine: ${left.join(', ')}. Tests that need them cannot run.\n` +
    `On Debian or Ubuntu:  sudo apt-get install ${namesOf(left).join(' ')}`
  );
}

/** What to put before apt-get; undefined when we may not install. */
async function whoInstalls() {
  if (process.getuid?.() === 0) return [];
  const { code } = await quietly('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n'] : undefined;
}

/** A failure is not one yet: what is missing afterwards is named. */
async function aptInstall(as, packages) {
  const command = (...args) => {
    // In run level 1 Debian's packages leave the services that they bring stopped.
    const [program, ...rest] = [
      ...as,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'RUNLEVEL=1',
      'apt-get',
      ...args,
    ];
    return quietly(program, rest);
  };
  const install = () =>
    command('install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages);
  if ((await install()).code === 0) return;
  await command('update', '-q');
  await install();
}
