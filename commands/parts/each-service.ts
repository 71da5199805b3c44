/** One question, asked of several services of the target; one that is not there at all has no answers: that is another topic's finding. */
import type { Target } from '../../src/runbook/target.ts';
import { faultOf } from './fault.ts';
import { type Platform, SERVICES, type Service } from './services.ts';
import { any, noReplicas } from './target.ts';

/** What the guide's fixes are for. */
export const BACKEND: readonly Service[] = ['backend'];
export const OTHERS: readonly Service[] = SERVICES.filter((service) => service !== 'backend');

/** For checks that look at whichever of the services there are. */
export const noneOf = (platform: Platform, services: readonly Service[]) =>
  any(...services.map((service) => noReplicas(platform, service)));

export async function askEach<Answer extends object>(
  platform: Platform,
  services: readonly Service[],
  target: Target,
  ask: (service: Service) => Promise<readonly Answer[]>,
): Promise<readonly (Answer & { readonly service: Service })[]> {
  const there = services.filter((service) => noReplicas(platform, service)(target) === undefined);
  const answers = await Promise.all(
    there.map(async (service) => {
      const found = await ask(service).catch((error: unknown) => {
        if (faultOf(error) === 'not-found') return [];
        throw error;
      });
      return found.map((answer) => ({ ...answer, service }));
    }),
  );
  return answers.flat();
}
