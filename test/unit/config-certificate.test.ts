/** Where a certificate is, as paksa.yaml says it: on this host where it says nothing, and a local CA's nowhere else. */
import { expect, test } from 'vitest';
import { load, problems } from './written-config.ts';

const CERTBOT = '{ kind: certbot, name: paksa }';
const LOCAL_CA = '{ kind: local-ca, directory: /ca }';

const certificate = (place: string, authority = CERTBOT) => `
environments:
  production:
    docker: { project: paksa }
    kubernetes: {}
    certificate:
      ${place}
      files: { certificate: /live/fullchain.pem, key: /live/privkey.pem }
      authority: ${authority}
`;

test('on this host where nothing is said', () => {
  const [{ target }] = load(certificate('')).environments;
  expect(target.certificate).toMatchObject({ place: { on: 'host' }, authority: { program: 'certbot' } });
  expect(load(certificate('', LOCAL_CA)).environments[0].target.certificate?.place).toEqual({ on: 'host' });
});

test.each(['container', 'pod'] as const)('in a %s of certbot, which need not be described', (on) => {
  const [{ target }] = load(certificate(`place: { on: ${on}, service: certbot }`)).environments;
  expect(target.certificate?.place).toEqual({ on, service: 'certbot' });
  expect(target.docker?.services.certbot).toEqual({ service: 'certbot' });
  expect(target.kubernetes?.workloads.certbot).toEqual({ kind: 'deployment', name: 'certbot' });
});

test('beside a service of the system', () => {
  const [{ target }] = load(certificate('place: { on: container, service: nginx }')).environments;
  expect(target.certificate?.place).toEqual({ on: 'container', service: 'nginx' });
});

test.each([
  [
    'a local CA elsewhere',
    certificate('place: { on: container, service: nginx }', LOCAL_CA),
    'certificate.place',
    'must be { on: host } with a local-ca, whose key is on this host: elsewhere certbot renews',
  ],
  [
    'a service that is none',
    certificate('place: { on: pod, service: cerbot }'),
    'certificate.place.service',
    'must be one of backend, postgres, redis, nginx, certbot',
  ],
  [
    'nginx where certbot is',
    'environments: { production: { nginx: { place: { on: pod, service: certbot } } } }',
    'nginx.place.service',
    'must be one of backend, postgres, redis, nginx',
  ],
])('%s', (_, yaml, path, message) => {
  expect(problems(yaml)).toEqual({ [`environments.production.${path}`]: message });
});
