/** The database's address for libpq's programs: no password among the arguments, which every user of the host may list. */
import { failure } from './errors.ts';

export interface Address {
  readonly uri: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What both Node's driver and libpq understand; the driver's own parameters would be refused. */
const SHARED = new Set(['host', 'port', 'user', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'options']);

/** `url` is the configured database's; the address is that of `database` on the same server. @throws AdapterError not-configured */
export function addressOf(url: string, database: string): Address {
  try {
    const address = new URL(url);
    const given = address.searchParams;
    const password = given.get('password') ?? decodeURIComponent(address.password);
    const parameters = new URLSearchParams([...given].filter(([name]) => SHARED.has(name)));
    // The driver's word for an encrypted connection to anybody.
    if (parameters.get('sslmode') === 'no-verify') parameters.set('sslmode', 'require');
    parameters.set('application_name', 'paksa');
    // A plus, which stands for a space in forms, is itself for libpq.
    address.search = parameters.toString().replaceAll('+', '%20');
    address.password = '';
    address.pathname = `/${database}`;
    return {
      uri: address.href,
      environment: password === '' ? {} : { PGPASSWORD: password },
    };
  } catch {
    // The parser's own error quotes the address, and with it the password.
    throw failure(
      'restore',
      'not-configured',
      'The database’s address is no URL such as postgresql://user@host:5432/name: correct it in the environment.',
    );
  }
}
