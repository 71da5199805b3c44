/** What several faults do to the containers of a compose stack. */
import type Docker from 'dockerode';
import type { ComposeService, ComposeStack } from '../compose-stack.ts';
import { connectEngine } from '../docker/engine.ts';
import { until } from '../until.ts';

/** The containers of a service, running or not. */
export async function containersOf(
  stack: ComposeStack,
  service: ComposeService,
): Promise<readonly Docker.Container[]> {
  const docker = connectEngine();
  const label = [`com.docker.compose.project=${stack.project}`, `com.docker.compose.service=${service}`];
  const found = await docker.listContainers({ all: true, filters: { label } });
  return found.map(({ Id }) => docker.getContainer(Id));
}

/** The first of them. */
export async function containerOf(stack: ComposeStack, service: ComposeService): Promise<Docker.Container> {
  const [first] = await containersOf(stack, service);
  if (!first) throw new Error(`${stack.project} has no container of ${service}`);
  return first;
}

/** Starts a program in a service's container and leaves it running. */
export async function background(
  stack: ComposeStack,
  service: ComposeService,
  argv: readonly string[],
): Promise<void> {
  const container = await containerOf(stack, service);
  const exec = await container.exec({ Cmd: [...argv], AttachStdout: false, AttachStderr: false });
  await exec.start({ Detach: true });
}

/** Resolves when the system answers through nginx as it did at the start. */
export const untilBackendAnswers = (stack: ComposeStack) =>
  until(async () => (await fetch(`${stack.nginxUrl}/health`)).ok, {
    what: `${stack.project} to answer through nginx`,
    within: 90_000,
  });

/** The backend with its usual limits and environment, and nginx that knows where it is. */
export async function renewBackend(stack: ComposeStack): Promise<void> {
  await stack.recreate('backend');
  await until(async () => (await fetch(`${stack.backendUrl}/health`)).ok, {
    what: `the backend of ${stack.project} to answer`,
    within: 90_000,
  });
  // A new container begins a new log: what nginx said meanwhile is of this fault, and of no other.
  await stack.recreate('nginx');
  await untilBackendAnswers(stack);
}
