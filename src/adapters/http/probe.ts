/** Looks at HTTP servers from where Paksa runs: their clocks, the API's answers, where its time goes, what it measures of itself. */
import { addressOf, bearer, endpointOf, isSecure, noToken, serverOf, targetOf } from './api.ts';
import { readPlainClock, readTlsClock } from './clock.ts';
import { exchange } from './exchange.ts';
import { readMetrics } from './metrics.ts';
import type { Answer, ApiSettings, HttpProbe, Timing } from './port.ts';

const SHOWN_CHARACTERS = 500;
const ANSWER_BYTES = 65_536;
/** A large answer is one of the reasons for a slow one: it is timed to its end, unless it has none. */
const TIMED_BYTES = 16 * 1_048_576;
/** A series of slow answers ends early, so that what was measured is told while somebody waits for it. */
const SERIES_MS = 20_000;

export const createHttpProbe = (api: () => ApiSettings, token: () => string | undefined): HttpProbe => ({
  clock: readTlsClock,

  apiClock: async (signal) => {
    const address = addressOf(api(), 'clock');
    return (isSecure(address) ? readTlsClock : readPlainClock)(endpointOf(address), signal);
  },

  get: async (path, { authorized }, signal) => {
    const settings = api();
    if (!authorized) return get(settings, path, undefined, signal);
    const secret = token()?.trim();
    if (!secret) throw noToken('get');
    return get(settings, path, secret, signal);
  },

  timings: async (path, count, signal) => timings(api(), path, count, token()?.trim(), signal),

  metrics: async (word, signal) => readMetrics(api(), word, signal),
});

async function get(
  settings: ApiSettings,
  path: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const asked = {
    operation: 'get',
    target: targetOf(settings, path, 'get'),
    authorization: token === undefined ? undefined : bearer(token, 'get'),
    keep: ANSWER_BYTES,
    read: ANSWER_BYTES,
  };
  const { timing, body } = await exchange(await serverOf(settings, 'get'), asked, signal);
  // An error page may repeat what it was sent.
  const shown = token === undefined ? body : body.replaceAll(token, '‹token›');
  return { status: timing.status, ms: timing.totalMs, body: shown.slice(0, SHOWN_CHARACTERS) };
}

async function timings(
  settings: ApiSettings,
  path: string,
  count: number,
  token: string | undefined,
  signal: AbortSignal,
): Promise<readonly Timing[]> {
  const asked = {
    operation: 'time',
    target: targetOf(settings, path, 'time'),
    authorization: token ? bearer(token, 'time') : undefined,
    keep: 0,
    read: TIMED_BYTES,
  };
  const server = await serverOf(settings, 'time');
  const soon = AbortSignal.any([signal, AbortSignal.timeout(SERIES_MS)]);
  const taken: Timing[] = [];
  while (taken.length < count) {
    try {
      taken.push((await exchange(server, asked, soon)).timing);
    } catch (error) {
      // What has been measured stands, whether the server gave out or the time did.
      if (taken.length > 0) break;
      throw error;
    }
  }
  return taken;
}
