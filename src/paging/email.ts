/**
 * Pages by e-mail. A mail server cannot be asked what it has: where its answer was lost the mail goes out again, because a
 * mail twice is better than none. Its Message-ID is the same then, by which mail programs show one.
 */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import { AdapterError, type AdapterFault, messageOf } from '../errors.ts';
import { createHeldPager, type PageRequest, type PagingDeps, TIMEOUT_MS } from './held.ts';
import { contactOf } from './person.ts';
import type { EmailSettings, People } from './settings.ts';
import { headline, levelLine, nextStep, problemLines, shorten } from './text.ts';

/** RFC 5322 allows lines of 998; a phone shows the beginning of a subject. */
const MOST_SUBJECT = 200;

export function createEmail(settings: EmailSettings, people: People, deps: PagingDeps) {
  return createHeldPager(deps, settings.name, {
    reaches: 'responder',
    send: async (request) => {
      const to = contactOf(people, settings.name, request.to, 'email');
      const reference = `<${request.key}@${domainOf(settings.from)}>`;
      await deliver(settings, { ...mail(request), from: settings.from, to, messageId: reference }, deps);
      return { by: 'e-mail', reference };
    },
    check: async () => {
      await converse(settings, deps, 'answer', async (transport) => {
        await transport.verify();
      });
      const { security, user } = settings;
      return `greets${security === 'none' ? '' : ' over TLS'}${user === undefined ? '' : ', and lets us log in'}`;
    },
  });
}

type Mail = ReturnType<typeof mail> & Record<'from' | 'to' | 'messageId', string>;

const deliver = (settings: EmailSettings, message: Mail, deps: PagingDeps): Promise<void> =>
  converse(settings, deps, 'take the page', async (transport, timeoutMs) => {
    // Of the whole: a server that drips would outlast the others.
    await transport.sendMail({ ...message, signal: AbortSignal.timeout(2 * timeoutMs) });
  });

async function converse(
  settings: EmailSettings,
  { timeoutMs = TIMEOUT_MS }: PagingDeps,
  operation: string,
  work: (transport: Transporter, timeoutMs: number) => Promise<void>,
): Promise<void> {
  const { host, port, security, trust, user, password } = settings;
  try {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      ...(trust === undefined ? {} : { tls: { ca: [...rootCertificates, await readFile(trust, 'utf8')] } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    await work(transport, timeoutMs);
  } catch (error) {
    throw translate(settings, operation, error);
  }
}

function mail({ incident, page, key }: PageRequest) {
  return {
    subject: shorten(`Page, ${headline(incident)}`, MOST_SUBJECT),
    text: [
      headline(incident),
      '',
      ...problemLines(incident).map((line) => `- ${shorten(line, 500)}`),
      '',
      `You are paged as ${levelLine(incident, page)}. ${nextStep(incident)}`,
    ].join('\n'),
    priority: 'high' as const,
    // So that no holiday notice is sent back (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Paksa-Page': key },
  };
}

const domainOf = (from: string): string => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';

const Failed = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** OpenSSL's names for a certificate that is not accepted. */
const CERTIFICATE = /CERT|SELF_SIGNED|ISSUER|HOSTNAME/;

/** The server's own words where it said any. */
function translate(
  { name, host, port, password }: EmailSettings,
  operation: string,
  cause: unknown,
): AdapterError {
  const { code = '', originalCode = '', responseCode = 0, response } = Failed.safeParse(cause).data ?? {};
  const words = response ?? messageOf(cause);
  const said = shorten(password ? words.replaceAll(password, '‹hidden›') : words, 300);
  const fail = (fault: AdapterFault, retryable: boolean, next: string) =>
    new AdapterError(`The mail server ${host}:${port} did not ${operation} (${said}): ${next}.`, {
      system: 'smtp',
      operation,
      fault,
      retryable,
      cause,
    });
  // Of STARTTLS and of a login too: 454 is a server that is not ready yet.
  if (responseCode >= 400 && responseCode < 500) return fail('refused', true, 'Paksa tries again');
  // A server without STARTTLS, or one that nobody vouches for, is not given the page, now or later.
  if (code === 'ETLS' || CERTIFICATE.test(originalCode))
    return fail('failed', false, `check pagers.${name}.security and .trust: there is no safe connection`);
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return fail('forbidden', false, `check pagers.${name}.user and the variable that its passwordEnv names`);
  // 503: it lost count of the conversation, which another connection mends.
  if (code === 'EENVELOPE' || (responseCode >= 500 && responseCode !== 503))
    return fail('refused', false, `check the recipient’s address under people, and pagers.${name}.from`);
  return fail('unreachable', true, 'look at the network from here');
}
