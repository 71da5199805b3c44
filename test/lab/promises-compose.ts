/** Whether what a preview promised of containers has come about: as Docker says it. */
import { bytes } from '../../commands/parts/words.ts';
import type { ComposeService, ComposeStack } from './compose-stack.ts';
import type { Promised } from './fault.ts';
import { containersOf } from './faults/compose.ts';

type Kept = (stack: ComposeStack, preview: Promised) => Promise<boolean>;

const inspected = async (stack: ComposeStack, service: ComposeService) =>
  Promise.all((await containersOf(stack, service)).map((container) => container.inspect()));

/** Every container of the service runs, begun since, and they are as many as was said. */
export const containersStartedAnew =
  (service: ComposeService): Kept =>
  async (stack, { changes, since }) => {
    const all = await inspected(stack, service);
    return (
      all.every(({ State }) => State.Running && Date.parse(State.StartedAt) > since) &&
      changes.some(({ after }) => after === `${all.length} started anew`)
    );
  };

/** The limit is the one that was said, in each of them. */
export const containersLimited =
  (service: ComposeService, resource: 'cpu' | 'memory'): Kept =>
  async (stack, { changes }) => {
    const all = await inspected(stack, service);
    const figures = all.map(({ HostConfig: { NanoCpus = 0, Memory = 0 } }) =>
      resource === 'cpu' ? `${NanoCpus / 1e6}m` : bytes(Memory),
    );
    return figures.length > 0 && figures.every((figure) => changes.some(({ after }) => after === figure));
  };
