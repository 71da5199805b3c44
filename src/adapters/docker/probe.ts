/** Looks at containers: the engine's words, their logs, what they use, and how things look from inside them. */
import { z } from 'zod';
import { AdapterError } from '../../errors.ts';
import type { Service } from '../exec/port.ts';
import { ask, clock, disks, load, oomKills, pgIsReady, processes, reach } from '../runtime/inside.ts';
import { countKills } from '../runtime/kills.ts';
import { mergeTails } from '../runtime/log-tail.ts';
import type { Process } from '../runtime/port.ts';
import { busiest, processOf } from '../runtime/processes.ts';
import { factsOf } from '../runtime/variables.ts';
import { containersOf, type Inspected, isRunning } from './containers.ts';
import { connectEngine, type Engine } from './engine.ts';
import { execIn } from './exec.ts';
import { logOf } from './logs.ts';
import type { DockerProbe, DockerSettings } from './port.ts';
import { toReplica } from './replica.ts';
import { usageOf } from './usage.ts';

/**
 * The engine runs the host's ps, and keeps the container's processes: their ids and users are the host's. With `--sort`
 * that ps would refuse the engine's own `-q`, and without `-e` it would leave out other users' processes.
 */
const PS_ARGS = '-eo pid,user,pcpu,rss,args';

const table = z.object({ Processes: z.array(z.array(z.string())).nullable() });

export function createDockerProbe(settings: () => DockerSettings): DockerProbe {
  const every = async <T>(
    service: Service,
    signal: AbortSignal,
    look: (engine: Engine, found: Inspected) => Promise<T>,
    which: (found: Inspected) => boolean = () => true,
  ): Promise<readonly T[]> => {
    const at = settings();
    const engine = await connectEngine(at);
    const containers = await containersOf(engine, at, service, signal);
    return Promise.all(containers.filter(which).map((found) => look(engine, found)));
  };

  return {
    replicas: (service, signal) =>
      every(service, signal, (engine, found) => toReplica(engine, found, signal)),

    async usage(service, signal) {
      const usages = await every(
        service,
        signal,
        (engine, found) => usageOf(engine, found, signal),
        isRunning,
      );
      return usages.filter((usage) => usage !== undefined);
    },

    async logs(service, { sinceSeconds, maxLines }, signal) {
      const since = Math.floor(Date.now() / 1000 - sinceSeconds);
      return mergeTails(
        await every(service, signal, (engine, found) => logOf(engine, found, { since, maxLines }, signal)),
      );
    },

    // What the process was started with: of stopped containers, too, and without a program in the image.
    variables: (service, names, signal) =>
      every(service, signal, async (_, { name, info }) => ({
        replica: name,
        variables: factsOf(info.Config.Env ?? [], names),
      })),

    async disks(service, signal) {
      const found = await every(
        service,
        signal,
        (engine, at) => disks(execIn(engine, at), at.name, signal),
        isRunning,
      );
      return found.flat();
    },

    async processes(service, signal) {
      const found = await every(service, signal, (engine, at) => processesOf(engine, at, signal), isRunning);
      return found.flat();
    },

    clocks: (service, signal) =>
      every(service, signal, (engine, at) => clock(execIn(engine, at), at.name, signal), isRunning),

    oomKills: (service, signal) =>
      every(
        service,
        signal,
        (engine, at) => countKills(at.name, oomKills(execIn(engine, at), at.name, signal)),
        isRunning,
      ),

    load: (service, signal) =>
      every(service, signal, (engine, at) => load(execIn(engine, at), at.name, signal), isRunning),

    reach: (service, host, port, signal) =>
      every(
        service,
        signal,
        (engine, at) => reach(execIn(engine, at), at.name, host, port, signal),
        isRunning,
      ),

    pgIsReady: (signal) =>
      every('postgres', signal, (engine, at) => pgIsReady(execIn(engine, at), at.name, signal), isRunning),

    ask: (service, port, path, signal) =>
      every(service, signal, (engine, at) => ask(execIn(engine, at), at.name, port, path, signal), isRunning),
  };
}

/** From inside, by two readings; where the image has nothing to read with, the engine still knows the averages. */
async function processesOf(
  engine: Engine,
  found: Inspected,
  signal: AbortSignal,
): Promise<readonly Process[]> {
  try {
    return await processes(execIn(engine, found), found.name, signal);
  } catch (error) {
    if (error instanceof AdapterError && error.fault === 'not-found')
      return averagesOf(engine, found, signal);
    throw error;
  }
}

async function averagesOf(
  engine: Engine,
  { name, container }: Inspected,
  signal: AbortSignal,
): Promise<readonly Process[]> {
  const raw: unknown = await engine.ask('list processes', signal, (abortSignal) =>
    container.top({ ps_args: PS_ARGS, abortSignal }),
  );
  return busiest((table.parse(raw).Processes ?? []).map((row) => processOf(row, name, true)));
}
