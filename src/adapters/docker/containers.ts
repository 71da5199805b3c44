/** The containers of a service: a compose service's by the labels that compose gives them, or one by its name. */
import type { Container, ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { Placed } from '../exec/port.ts';
import type { Engine } from './engine.ts';
import { dockerError, statusOf } from './errors.ts';
import type { ContainerRef, DockerSettings } from './port.ts';

const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';
/** `True` for what `docker compose run` has started: no replica of the service. */
const ONE_OFF = 'com.docker.compose.oneoff';

const LOOK = 'look at containers';

/** Names as the engine allows them: one becomes part of a path. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;

export interface Inspected {
  readonly name: string;
  readonly container: Container;
  readonly info: ContainerInspectInfo;
}

/** In every state, by name. @throws AdapterError not-configured, not-found (no container at all) */
export async function containersOf(
  engine: Engine,
  settings: DockerSettings,
  service: Placed,
  signal: AbortSignal,
): Promise<readonly Inspected[]> {
  const ref = settings.services[service];
  if (ref === undefined) {
    throw notConfigured(`docker.services.${service} is not in the configuration: add the service there.`);
  }
  const found = 'container' in ref ? [nameOf(ref)] : await idsOf(engine, settings, ref.service, signal);
  const inspected = await Promise.all(found.map((id) => inspect(engine, id, signal)));
  const there = inspected.filter((container) => container !== undefined);
  if (there.length > 0) return there.sort(byName);
  throw dockerError(
    'container' in ref
      ? `There is no container “${ref.container}”: look with docker ps -a, and start it, or correct docker.services.${service}.`
      : await absence(engine, settings, ref.service, service, signal),
    LOOK,
    'not-found',
  );
}

/** The engine's answer about one container; absent when it has been removed meanwhile. */
export async function inspect(
  engine: Engine,
  id: string,
  signal: AbortSignal,
): Promise<Inspected | undefined> {
  const container = engine.docker.getContainer(id);
  return engine.ask(LOOK, signal, async (abortSignal) => {
    try {
      const info = await container.inspect({ abortSignal });
      return { name: info.Name.replace(/^\//, ''), container, info };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  });
}

export const isRunning = ({ info: { State } }: Inspected): boolean => State.Running && !State.Restarting;

function nameOf(ref: Extract<ContainerRef, { container: string }>): string {
  if (NAME.test(ref.container)) return ref.container;
  throw notConfigured(`“${ref.container}” is no container's name: take the one that docker ps shows.`);
}

async function idsOf(
  engine: Engine,
  settings: DockerSettings,
  name: string,
  signal: AbortSignal,
): Promise<string[]> {
  const all = await ofProject(engine, settings, signal);
  return all.filter(({ Labels }) => Labels[SERVICE] === name).map(({ Id }) => Id);
}

async function ofProject(
  engine: Engine,
  { project }: DockerSettings,
  signal: AbortSignal,
): Promise<readonly ContainerInfo[]> {
  if (project === undefined) {
    throw notConfigured('docker.project is not in the configuration: name the compose project there.');
  }
  const containers = await engine.ask(LOOK, signal, (abortSignal) =>
    engine.docker.listContainers({ all: true, filters: { label: [`${PROJECT}=${project}`] }, abortSignal }),
  );
  return containers.filter(({ Labels }) => Labels[ONE_OFF]?.toLowerCase() !== 'true');
}

async function absence(
  engine: Engine,
  settings: DockerSettings,
  name: string,
  service: Placed,
  signal: AbortSignal,
): Promise<string> {
  const others = await ofProject(engine, settings, signal);
  const names = [...new Set(others.flatMap(({ Labels }) => Labels[SERVICE] ?? []))].sort();
  const what = `There is no container of service “${name}” in the compose project “${settings.project}”`;
  return names.length === 0
    ? `${what}, nor of any other: start it with docker compose up -d, or correct docker.project.`
    : `${what}, which has ${names.join(', ')}: start it with docker compose up -d ${name}, or correct docker.services.${service}.`;
}

const notConfigured = (message: string) => dockerError(message, LOOK, 'not-configured');

const byName = (one: Inspected, other: Inspected): number =>
  one.name.localeCompare(other.name, 'en', { numeric: true });
