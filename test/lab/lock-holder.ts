/** A process that takes the lock of this name and tells nobody anything, for tests that kill it. */
import { takeLock } from './lock.ts';

const lock = await takeLock(new Promise(() => undefined), `\0${process.argv[2]}`);
setInterval(() => undefined, 60_000);
process.send?.(lock !== undefined);
