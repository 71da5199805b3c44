/** Restarts, stops, starts and limits containers, by the engine's own requests, and waits until they run as they should. */
import type { Service } from '../exec/port.ts';
import { containersOf, type Inspected, isRunning } from './containers.ts';
import { connectEngine, type Engine } from './engine.ts';
import { statusOf } from './errors.ts';
import type { DockerActuator, DockerSettings } from './port.ts';
import { untilReady } from './ready.ts';
import { updateOf } from './update.ts';

export function createDockerActuator(settings: () => DockerSettings): DockerActuator {
  const find = async (service: Service, signal: AbortSignal) => {
    const at = settings();
    const engine = await connectEngine(at);
    return { engine, containers: await containersOf(engine, at, service, signal) };
  };

  return {
    async restart(service, signal) {
      const { engine, containers } = await find(service, signal);
      // One after the other: those that still answer go on, and a release that does not start stops here.
      for (const found of containers) {
        await engine.ask(`restart ${found.name}`, signal, (abortSignal) =>
          found.container.restart({ abortSignal }),
        );
        await untilReady(engine, found, signal);
      }
    },

    // In force at once, without a restart; `docker compose up` puts the compose file's back when it makes a new container.
    async setLimits(service, limits, signal) {
      const { engine, containers } = await find(service, signal);
      for (const { name, container, info } of containers) {
        await engine.ask(`limit ${name}`, signal, (abortSignal) =>
          container.update({ ...updateOf(info.HostConfig, limits), abortSignal }),
        );
      }
    },

    async stop(service, signal) {
      const { engine, containers } = await find(service, signal);
      await allOf(containers.filter(isUp), ({ name, container }) =>
        already(engine, `stop ${name}`, signal, (abortSignal) => container.stop({ abortSignal })),
      );
    },

    async start(service, signal) {
      const { engine, containers } = await find(service, signal);
      await allOf(
        containers.filter((found) => !isRunning(found)),
        async (found) => {
          await already(engine, `start ${found.name}`, signal, (abortSignal) =>
            found.container.start({ abortSignal }),
          );
          await untilReady(engine, found, signal);
        },
      );
    },
  };
}

/** One that is about to be started again by its restart policy has to be stopped, too. */
const isUp = ({ info: { State } }: Inspected): boolean => State.Running || State.Restarting;

/** Side by side, each to its end: what can be done is done before the first failure is told. */
async function allOf(
  containers: readonly Inspected[],
  act: (found: Inspected) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(containers.map(act));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** The engine answers 304 where nothing was to be done. */
const already = (
  engine: Engine,
  what: string,
  signal: AbortSignal,
  request: (abortSignal: AbortSignal) => Promise<unknown>,
): Promise<void> =>
  engine.ask(what, signal, async (abortSignal) => {
    try {
      await request(abortSignal);
    } catch (error) {
      if (statusOf(error) !== 304) throw error;
    }
  });
