/** The database's name and its port, from where Paksa runs. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem } from '../../src/runbook/finding.ts';
import type { Target } from '../../src/runbook/target.ts';
import { databaseOf, placeOf } from '../parts/database.ts';
import { faultOf, messageOf } from '../parts/fault.ts';
import { all, noDatabase } from '../parts/target.ts';
import { span } from '../parts/words.ts';

/** What brings back a server that does not answer. */
export const RESTARTS = ['restart-container', 'restart-statefulset'] as const;

const onSocket = ({ postgres }: Target): string | undefined =>
  postgres?.host.startsWith('/') ? 'the database is reached by a socket, not over the network' : undefined;

export const dns = check(
  'Name of the database',
  async (context) => {
    const { host } = databaseOf(context);
    try {
      const addresses = await context.network.resolve(host, context.signal);
      return addresses.includes(host)
        ? healthy(`${host} is an address itself`)
        : healthy(`${host} is ${addresses.slice(0, 3).join(', ')}`, { addresses: addresses.slice(0, 8) });
    } catch (error) {
      if (faultOf(error) === 'not-found')
        return problem(
          `${host} does not resolve: check the name, or whether the service that carries it is there`,
        );
      throw error;
    }
  },
  { skip: all(noDatabase, onSocket) },
);

export const tcp = check(
  'Port of the database',
  async (context) => {
    const { host, port } = databaseOf(context);
    const place = placeOf({ host, port });
    // A name that does not resolve is the name's problem, told there.
    await context.network.resolve(host, context.signal);
    try {
      const { address, ms } = await context.network.connect(host, port, context.signal);
      return healthy(`${place} takes connections, in ${span(ms)}`, { address });
    } catch (error) {
      const evidence = { error: messageOf(error) };
      switch (faultOf(error)) {
        case 'refused':
          return problem(`connection refused: nothing listens on ${place}`, { evidence, suggests: RESTARTS });
        case 'timed-out':
          return problem(`no answer from ${place}: a firewall drops it, or the machine is down`, {
            evidence,
            suggests: RESTARTS,
          });
        case 'unreachable':
          return problem(`${place} cannot be reached: there is no way to that machine`, { evidence });
        default:
          throw error;
      }
    }
  },
  { skip: all(noDatabase, onSocket) },
);
