/** A certificate authority of a test file's own, in a folder that is there as long as it is. */
import { afterAll, beforeAll } from 'vitest';
import { type TestAuthority, testAuthority } from './certificates.ts';
import { type TemporaryFolder, temporaryFolder } from './folder.ts';

export interface OwnAuthority extends TestAuthority {
  /** Path of its folder, for other files too. */
  readonly folder: string;
}

/** Call it at the top of a test file or a describe. @returns what gives the authority, from within a test */
export function ownAuthority(): () => OwnAuthority {
  let temporary: TemporaryFolder | undefined;
  let own: OwnAuthority | undefined;
  beforeAll(async () => {
    temporary = await temporaryFolder();
    own = { folder: temporary.path, ...(await testAuthority(temporary.path)) };
  });
  afterAll(() => temporary?.[Symbol.asyncDispose]());

  return () => {
    if (!own) throw new Error('there is an authority within a test only');
    return own;
  };
}
