/** certbot's own reason, out of what it prints. */
import { expect, test } from 'vitest';
import { reasonOf } from '../../../src/adapters/certificate/certbot-output.ts';

const CHALLENGE_FAILED = `Saving debug log to /var/log/letsencrypt/letsencrypt.log

- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
Processing /etc/letsencrypt/renewal/paksa.conf
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
Renewing an existing certificate for api.paksa.test

Certbot failed to authenticate some domains (authenticator: standalone). The Certificate Authority reported these problems:
  Domain: api.paksa.test
  Type:   connection
  Detail: 127.0.0.1: Fetching http://api.paksa.test/.well-known/acme-challenge/x: Connection refused

Hint: The Certificate Authority failed to download the challenge files.

Failed to renew certificate paksa with error: Some challenges have failed.
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
All renewals failed. The following certificates could not be renewed:
  /etc/letsencrypt/live/paksa/fullchain.pem (failure)
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
1 renew failure(s), 0 parse failure(s)
Ask for help or search for solutions at https://community.letsencrypt.org. See the logfile for more details.
`;

test.each([
  [
    CHALLENGE_FAILED,
    1,
    /^Type: {3}connection Detail: .*Connection refused Hint: .* Some challenges have failed\.$/,
  ],
  ['one\ntwo\nthree\nfour\n', 1, /^two three four$/],
  ['', 1, /^it ended with code 1 and no word\.$/],
  ['', 137, /^it was killed\.$/],
  [`Hint: ${'x'.repeat(2_000)}`, 1, /^Hint: x{593}…$/],
])('the reason in %j', (output, exitCode, reason) => {
  expect(reasonOf(output, exitCode)).toMatch(reason);
});
