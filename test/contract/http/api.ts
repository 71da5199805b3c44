/** How the HTTP suites describe an API of theirs, and what they expect to be thrown. */
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ApiSettings, HttpProbe } from '../../../src/adapters/http/port.ts';
import { createHttpProbe } from '../../../src/adapters/http/probe.ts';
import { AdapterError } from '../../../src/errors.ts';

export const TOKEN = 'eyJhbGciOiJub25lIn0.token-of-the-tests';

export const soon = () => AbortSignal.timeout(10_000);

export const paths = { health: '/health', metrics: '/metrics', verify: '/auth/verify', slow: '/slow' };

export function api(
  url: string,
  { token, ...rest }: { token?: string } & Partial<ApiSettings> = {},
): HttpProbe {
  return createHttpProbe(
    () => ({ url, port: 8000, paths, hasToken: token !== undefined, ...rest }),
    () => token,
  );
}

/** What a call throws: an AdapterError of HTTP's, without the token in any depth of it. */
export async function failure(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.then(
    (answer) => new Error(`it answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AdapterError)) throw thrown;
  expect(thrown.system).toBe('http');
  expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(TOKEN);
  return thrown;
}
