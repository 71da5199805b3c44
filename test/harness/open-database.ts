/** A process that opens the embedded database, says `{ url }`, and lets go at SIGTERM: for tests that kill it. Argument: the folder. */
import { once } from 'node:events';
import { openDatabase } from '../../src/store/embedded/database.ts';

const database = await openDatabase({ directory: process.argv[2] ?? '', settings: { fsync: 'off' } });
process.stdout.write(`${JSON.stringify({ url: database.url })}\n`);
const alive = setInterval(() => undefined, 60_000);
await once(process, 'SIGTERM');
clearInterval(alive);
await database.close();
