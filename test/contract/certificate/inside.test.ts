/** What is done in a container or a pod, by Debian's own programs, on this host in place of one. */
import { describe } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import { temporaryFolder } from '../../harness/folder.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { inside } from './inside.case.ts';

describe.runIf(requirePrograms('openssl', 'certbot'))('this host as a place', () => {
  inside(async () => {
    const folder = await temporaryFolder();
    return {
      everywhere: async () => [{ replica: 'paksa_certbot_1', exec: createHostExec() }],
      folder: folder.path,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  });
});
