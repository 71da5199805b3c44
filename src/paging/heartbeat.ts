/** The dead man's switch: a monitor elsewhere that pages by itself when nothing comes from here any more. */
import { AdapterError, messageOf } from '../errors.ts';

const DEADLINE_MS = 10_000;

/** GET, which every such monitor takes. The address is its secret, and in no message. @throws AdapterError */
export const createHeartbeat = (address: string) => async (): Promise<void> => {
  const failed = (message: string, cause?: unknown) =>
    new AdapterError(message, {
      system: 'heartbeat',
      operation: 'beat',
      fault: 'failed',
      retryable: true,
      cause,
    });
  const answer = await fetch(address, { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(
    (error: unknown) => {
      throw failed(`The heartbeat's monitor cannot be reached: ${messageOf(error)}.`, error);
    },
  );
  await answer.body?.cancel();
  if (!answer.ok)
    throw failed(`The heartbeat's monitor answered ${answer.status}: check the address in heartbeat.urlEnv.`);
};
