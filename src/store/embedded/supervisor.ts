/**
 * The process between Paksa and its embedded PostgreSQL. It lives as long as its standard input is open or somebody
 * holds it (gate.ts): when the last of them is gone, however they died, the server is shut down and so is this.
 * Arguments: the folder, and settings as JSON. Answers one line of JSON on standard output (`Report`).
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { openGate } from './gate.ts';
import { stopLeftover } from './leftover.ts';
import { preparePlace } from './place.ts';
import { type Report, serverSettings } from './report.ts';
import { startServer } from './server.ts';

/** Between two tries to start a server that fell over, in milliseconds. */
const AGAIN_MS = 1_000;

const [directory = '.paksa', settings = '{}'] = process.argv.slice(2);

const say = (report: Report): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
};
// Whoever started us may be gone: then nobody reads.
process.stdout.on('error', () => undefined);

const asked = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
// A terminal that closes says so to everyone; the last one to hold us decides, not the terminal.
process.on('SIGHUP', () => undefined);
const parentGone = once(process.stdin.resume(), 'close');

try {
  await supervise();
} catch (error) {
  if (error instanceof UserError) say({ refused: error.message });
  else say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
// Standard input and the gate's sockets would keep the process alive.
process.stdout.end(() => process.exit());

async function supervise(): Promise<void> {
  const account = await serverAccount();
  const binaries = await findBinaries(account);
  const place = await preparePlace(directory, account);
  const gate = await openGate(place);
  if (!gate) return say({ running: true });
  try {
    await stopLeftover(place);
    const options = { place, binaries, account, settings: serverSettings.parse(JSON.parse(settings)) };
    let server = await startServer(options);
    const { port } = server;
    gate.admit(port);
    say({ port });
    const over = Promise.race([asked, parentGone.then(() => gate.deserted())]).then(() => true);
    // One that falls over is started again where everybody looks for it: they go on without it meanwhile.
    while (!(await Promise.race([over, server.gone.then(() => false)]))) {
      const again = await startServer({ ...options, port }).catch(() => undefined);
      if (again) server = again;
      else if (await Promise.race([over, pause(AGAIN_MS, false)])) break;
    }
    await gate.shut();
    await server.stop();
  } finally {
    await gate.shut();
    gate.dismiss();
  }
}
