/** Kills of a replica that may have nothing to tell them with: one such image does not take the others' answers away. */
import { AdapterError } from '../../errors.ts';
import type { OomKills } from './port.ts';

/** An image without any of the programs. @throws whatever else it was */
export function untold(error: unknown): undefined {
  if (error instanceof AdapterError && error.system === 'runtime' && error.fault === 'not-found')
    return undefined;
  throw error;
}

export async function countKills(replica: string, asked: Promise<number | undefined>): Promise<OomKills> {
  const kills = await asked.catch(untold);
  return { replica, ...(kills === undefined ? {} : { kills }) };
}
