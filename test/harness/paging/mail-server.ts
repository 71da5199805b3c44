/** A real SMTP server on 127.0.0.1 that keeps what it takes, and can be told to fail. */
import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came in. */
  readonly raw: string;
  /** When it was taken, epoch milliseconds. */
  readonly at: number;
}

export interface MailFault {
  /** Refuses the message with this, such as 451 or 550. */
  readonly code?: number;
  readonly words?: string;
  /** Takes it, and cuts the connection before it says so. */
  readonly dropAnswer?: boolean;
  /** Takes nothing, and never says so. */
  readonly hang?: boolean;
}

export interface MailServerOptions {
  /** With it, STARTTLS is offered. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** With it, nobody may send without logging in so. */
  readonly login?: { readonly user: string; readonly password: string };
}

export async function startMailServer({ certificate, login }: MailServerOptions = {}) {
  const mails: Mail[] = [];
  const faults: MailFault[] = [];
  const disabled = [...(certificate ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])];
  const options: SMTPServerOptions = {
    disabledCommands: disabled,
    authOptional: login === undefined,
    ...(certificate ?? {}),
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(Object.assign(new Error('Authentication credentials invalid'), { responseCode: 535 }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const fault = faults.shift();
        if (fault?.hang) return;
        if (fault?.code !== undefined)
          return done(Object.assign(new Error(fault.words ?? 'not now'), { responseCode: fault.code }));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
          at: Date.now(),
        });
        if (!fault?.dropAnswer) return done();
        for (const connection of server.connections) connection.close();
      });
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  return {
    port,
    mails,
    failNext: (fault: MailFault, times = 1) => {
      faults.push(...Array.from({ length: times }, () => fault));
    },
    stop: () =>
      new Promise<void>((resolve) => {
        for (const connection of server.connections) connection.close();
        server.close(() => resolve());
      }),
  };
}
