/** What is rewritten in a configuration file, and that nothing else is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withHealthChecks } from '../../../src/adapters/nginx/health-checks.ts';
import { serversOf } from '../../../src/adapters/nginx/upstreams.ts';

const figures = { maxFails: 3, failTimeoutSeconds: 15 };

describe('figures of a file’s upstream servers', () => {
  test.each([
    ['upstream a { server 1.1.1.1; }', 'upstream a { server 1.1.1.1 max_fails=3 fail_timeout=15s; }'],
    [
      'upstream a { server 1.1.1.1 max_fails=1 weight=5 fail_timeout=10s down; }',
      'upstream a { server 1.1.1.1 max_fails=3 weight=5 fail_timeout=15s down; }',
    ],
    [
      'upstream a {\r\n\tserver "1.1.1.1:80" "fail_timeout=1m" # server x;\r\n ; # max_fails=9;\r\n}\r\n',
      'upstream a {\r\n\tserver "1.1.1.1:80" fail_timeout=15s max_fails=3 # server x;\r\n ; # max_fails=9;\r\n}\r\n',
    ],
    [
      'upstream a{server 1.1.1.1;server 2.2.2.2 backup;}server{listen 80;server_name b;}',
      'upstream a{server 1.1.1.1 max_fails=3 fail_timeout=15s;server 2.2.2.2 backup max_fails=3 fail_timeout=15s;}server{listen 80;server_name b;}',
    ],
    // The content of an upstream that lives in a file of its own.
    ['server 1.1.1.1;\n', 'server 1.1.1.1 max_fails=3 fail_timeout=15s;\n'],
  ])('%j', (before, after) => {
    expect(withHealthChecks(before, figures)).toBe(after);
    expect(withHealthChecks(after, figures)).toBe(after);
  });

  test.each([
    '',
    'server { listen 80; location / { proxy_pass http://10.0.0.1; } }',
    '# upstream a { server b; }',
  ])('a file without upstream servers has nothing to set: %j', (text) => {
    expect(withHealthChecks(text, figures)).toBeUndefined();
  });

  test('whatever else stands between them stays, byte for byte', () => {
    const filler = fc.constantFrom(
      '\n',
      '  # “ümlaut” { server no; }\n',
      'least_conn;',
      'zone "z ; {" 64k;\t',
      'keepalive 4; ',
      '\r\n\r\n',
      "hash '$a\\'b' consistent;",
    );
    fc.assert(
      fc.property(fc.array(filler), fc.array(filler), (before, after) => {
        const [head, tail] = [`upstream a {${before.join('')}`, `${after.join('')}}\n`];
        const text = `${head}server 1.1.1.1 weight=2;${tail}`;
        expect(withHealthChecks(text, figures)).toBe(
          `${head}server 1.1.1.1 weight=2 max_fails=3 fail_timeout=15s;${tail}`,
        );
        expect(serversOf(text)).toHaveLength(1);
      }),
    );
  });
});
