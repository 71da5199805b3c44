/** What the topic `auth-failures` looks at: whether a token is taken, what the log says of refusals, and what they rest on. */
import { clock } from './clock.ts';
import { logCheck } from './log.ts';
import { platformsAgree, sameSecretCheck, secretCheck } from './secret.ts';
import { redis } from './sessions.ts';
import { guard, token, tokensRead } from './token.ts';

export const checks = {
  token,
  'tokens-read': tokensRead,
  guard,
  'container-log': logCheck('docker'),
  'pod-log': logCheck('kubernetes'),
  'container-secret': secretCheck('docker'),
  'pod-secret': secretCheck('kubernetes'),
  'platforms-agree': platformsAgree,
  'containers-agree': sameSecretCheck('docker'),
  'pods-agree': sameSecretCheck('kubernetes'),
  redis,
  clock,
};
