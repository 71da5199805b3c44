/** Replicas that may do something: whether they are ready for it is another matter. */
import type { Replica } from './replicas.ts';

/** One that ends and is started again works in between. */
export const isAtWork = ({ state }: Replica): boolean => state === 'running' || state === 'restarting';

export const namesOf = (replicas: readonly Replica[]): string => replicas.map(({ name }) => name).join(', ');
