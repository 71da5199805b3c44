/**
 * How a container that runs again had ended. The engine forgets code and reason when it starts a container; its last
 * 256 events still tell, unless it has been restarted itself since.
 */
import { z } from 'zod';
import type { Replica } from '../runtime/port.ts';
import type { Engine } from './engine.ts';

/** The event that the memory ran out comes a moment before the end. */
const BEFORE_S = 10;

const event = z.object({
  Action: z.string(),
  time: z.number(),
  Actor: z.object({ Attributes: z.record(z.string(), z.string()).optional() }),
});

export async function exitFromEvents(
  engine: Engine,
  id: string,
  at: Date,
  signal: AbortSignal,
): Promise<Replica['lastExit']> {
  const seconds = Math.floor(at.getTime() / 1000);
  const lines = await engine.ask('read events', signal, async (abortSignal) => {
    const stream = await engine.docker.getEvents({
      since: seconds - BEFORE_S,
      // What has not happened yet would be waited for; a whole second would leave out what happened within this one.
      until: Math.min(seconds + 2, Date.now() / 1000),
      filters: { container: [id], event: ['die', 'oom'] },
      abortSignal,
    });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text.split('\n').filter((line) => line.trim() !== '');
  });
  const events = lines.map((line) => event.parse(JSON.parse(line)));
  const died = events.findLast(({ Action }) => Action === 'die');
  const code = Number(died?.Actor.Attributes?.exitCode);
  // Health checks that are programs fill the engine's memory within minutes: when it ended is known all the same.
  if (died === undefined || !Number.isInteger(code)) return { at };
  return { code, oomKilled: events.some(({ Action }) => Action === 'oom'), at };
}
