/**
 * A look from inside one replica, by what its image happens to have. Programs and arguments are fixed; no shell.
 * Every one: @throws AdapterError not-found when the image has none of the programs, and as the `Exec` does
 */
export { ask } from './ask.ts';
export { oomKills, throttling } from './cgroup.ts';
export { clock } from './clock.ts';
export { disks } from './disks.ts';
export { load } from './load.ts';
export { pgIsReady } from './pg-isready.ts';
export { processes } from './processes.ts';
export { reach } from './reach.ts';
