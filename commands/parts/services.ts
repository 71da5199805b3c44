/** The services by the guide's names, and how each platform calls what runs them. */

import type { Service } from '../../src/runbook/target.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';

export type { Service } from '../../src/runbook/target.ts';

/** Every one of them. */
export const SERVICES: readonly Service[] = ['backend', 'postgres', 'redis', 'nginx'];

/** A platform that runs replicas of services: the same questions, asked of containers or of pods. */
export type Platform = 'docker' | 'kubernetes';

export const runtimeOf = (platform: Platform, context: CheckContext) => context[platform];

export const NOUN: Readonly<Record<Platform, { readonly one: string; readonly many: string }>> = {
  docker: { one: 'container', many: 'containers' },
  kubernetes: { one: 'pod', many: 'pods' },
};
