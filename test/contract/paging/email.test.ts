/** E-mail by a real SMTP server: STARTTLS, logins, refusals; and a mail that comes twice with one Message-ID. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createEmail } from '../../../src/paging/email.ts';
import type { EmailSettings } from '../../../src/paging/settings.ts';
import { type SelfSigned, selfSigned } from '../../harness/openssl.ts';
import { type MailFault, type MailServerOptions, startMailServer } from '../../harness/paging/mail-server.ts';
import { channel, user } from '../../unit/sample-incident.ts';
import { everyPager, type Trouble } from './common.case.ts';
import { anIncident, givenDatabase, hostile, page, people } from './given.ts';

const LOGIN = { user: 'paksa', password: 'a-password-of-the-mail-tests' };
const STRANGE = 'a-password-of-somebody-else';

const settings = (port: number, of: Partial<EmailSettings> = {}): EmailSettings => ({
  kind: 'email',
  name: 'mail',
  host: 'localhost',
  port,
  security: 'none',
  from: 'Paksa <paksa@example.com>',
  ...of,
});

everyPager('e-mail', {
  start: async () => {
    const server = await startMailServer({ login: LOGIN });
    const faults: Readonly<Record<Trouble, MailFault>> = {
      busy: { code: 451, words: 'greylisted, come back' },
      broken: { code: 421, words: 'shutting down' },
      refuses: { code: 550, words: 'no such mailbox' },
      lost: { dropAnswer: true },
      hangs: { hang: true },
    };
    return {
      open: (deps, { port, stranger = false } = {}) =>
        createEmail(
          settings(port ?? server.port, {
            user: LOGIN.user,
            password: stranger ? STRANGE : LOGIN.password,
          }),
          people,
          deps,
        ),
      trouble: (kind) => server.failNext(faults[kind]),
      reached: () => server.mails.length,
      stop: server.stop,
    };
  },
  by: 'e-mail',
  setting: /pagers\.mail\.user/,
  secrets: [LOGIN.password, STRANGE],
  answers: /^greets/,
  reason: /no such mailbox/,
  // A mail server cannot be asked.
  afterLoss: 2,
});

const given = givenDatabase();
let folder: string;
let certificate: SelfSigned;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paksa-mail-'));
  certificate = await selfSigned(folder, 'localhost', ['rsa:2048']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function serve(options: MailServerOptions = {}) {
  const server = await startMailServer(options);
  onTestFinished(server.stop);
  return server;
}
const tls = () => ({ key: certificate.key, cert: certificate.certificate });
const open = (of: EmailSettings) =>
  createEmail(of, people, { deliveries: given().deliveries, checkpoint: () => undefined, timeoutMs: 2000 });

test('by STARTTLS with a login, to the person’s address; nobody’s holiday notice comes back', async () => {
  const server = await serve({ certificate: tls(), login: LOGIN });
  const incident = anIncident();
  const secured = settings(server.port, {
    security: 'starttls',
    trust: certificate.certificatePath,
    ...LOGIN,
  });
  expect(await open(secured).page(incident, page, user('U1'))).toBe('e-mail');
  const [mail] = server.mails;
  expect(mail).toMatchObject({ from: 'paksa@example.com', to: ['dana@example.com'] });
  expect(mail?.raw).toContain(`Subject: Page, ${incident.id} SSL certificate issues (production)`);
  expect(mail?.raw).toContain('Auto-Submitted: auto-generated');
  expect(mail?.raw).toContain('Acknowledge in Slack.');
});

test.each([
  ['does not offer STARTTLS', false, undefined],
  ['shows a certificate that nobody vouches for', true, undefined],
] as const)('a server that %s is not given the page', async (_, offers, trust) => {
  const server = await serve(offers ? { certificate: tls() } : {});
  await expect(
    open(settings(server.port, { security: 'starttls', trust })).page(anIncident(), page, user('U1')),
  ).rejects.toMatchObject({ message: expect.stringContaining('pagers.mail.security') });
  expect(server.mails).toEqual([]);
});

test('a server that is not ready for STARTTLS is asked again: nothing was said in clear', async () => {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.write('220 mail.example.com ESMTP\r\n');
    socket.on('data', (chunk) => {
      const command = String(chunk).trim();
      heard.push(command.split(' ')[0] ?? '');
      socket.write(
        command === 'STARTTLS'
          ? '454 4.7.0 TLS not available due to temporary reason\r\n'
          : '250-mail.example.com\r\n250 STARTTLS\r\n',
      );
    });
    socket.on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(
    open(settings(port, { host: '127.0.0.1', security: 'starttls' })).page(anIncident(), page, user('U1')),
  ).rejects.toMatchObject({ retryable: true, message: expect.stringContaining('454') });
  expect(heard).not.toContain('MAIL');
});

test('a mail that comes twice has one Message-ID, by which it is shown once', async () => {
  const server = await serve();
  const incident = anIncident();
  const pager = open(settings(server.port));
  server.failNext({ dropAnswer: true });
  await expect(pager.page(incident, page, user('U1'))).rejects.toMatchObject({ retryable: true });
  await pager.page(incident, page, user('U1'));
  const ids = server.mails.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1]?.trim());
  expect(ids).toEqual([
    expect.stringMatching(new RegExp(`^<${incident.id}-[0-9a-f-]{36}@example.com>$`)),
    ids[0],
  ]);
});

test('an environment’s name cannot add a header or a recipient', async () => {
  const server = await serve();
  await open(settings(server.port)).page(hostile(), page, user('U1'));
  expect(server.mails[0]?.to).toEqual(['dana@example.com']);
  expect(server.mails[0]?.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im);
});

test('a channel has no address: lasting, with what to do', async () => {
  const server = await serve();
  await expect(open(settings(server.port)).page(anIncident(), page, channel('C1'))).rejects.toMatchObject({
    retryable: false,
    message: expect.stringContaining('name users or a schedule'),
  });
});
