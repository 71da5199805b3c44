/** What the configuration says of the API, as a request needs it: where it is, whom to trust there, and the token. */
import { validateHeaderValue } from 'node:http';
import { createSecureContext, type SecureContext } from 'node:tls';
import { AdapterError } from '../../errors.ts';
import { trustedAuthorities } from '../tls/trust.ts';
import type { ApiSettings } from './port.ts';

export interface ApiServer {
  readonly host: string;
  readonly port: number;
  /** For the header `Host`. */
  readonly authority: string;
  /** Absent without TLS. */
  readonly secure?: SecureContext;
}

/** The settings' address. @throws AdapterError not-configured */
export function addressOf({ url }: Pick<ApiSettings, 'url'>, operation: string): URL {
  const address = URL.parse(url);
  if (address !== null && /^https?:$/.test(address.protocol)) return address;
  throw notConfigured(operation, 'The address of the API is none: correct environments.….api.url.');
}

export const isSecure = (address: URL): boolean => address.protocol === 'https:';

/** Host and port to connect to; an IPv6 address without its brackets. */
export const endpointOf = (address: URL): { readonly host: string; readonly port: number } => ({
  host: address.hostname.replace(/^\[|\]$/g, ''),
  port: Number(address.port || (isSecure(address) ? 443 : 80)),
});

/** Reads the trusted authorities once, for as many requests as follow: parsing them all takes longer than a handshake. */
export async function serverOf(settings: ApiSettings, operation: string): Promise<ApiServer> {
  const address = addressOf(settings, operation);
  return {
    ...endpointOf(address),
    authority: address.host,
    ...(isSecure(address)
      ? { secure: createSecureContext({ ca: await trustedAuthorities(settings, 'api.trust') }) }
      : {}),
  };
}

/** One of the API's paths, escaped as a request line needs it. It cannot lead to another server. */
export function targetOf(settings: ApiSettings, path: string, operation: string): string {
  if (!path.startsWith('/')) {
    throw notConfigured(operation, `“${path}” is no path: let it begin with / in environments.….api.paths.`);
  }
  const { pathname, search } = new URL(addressOf(settings, operation).origin + path);
  return pathname + search;
}

/** @throws AdapterError not-configured, without the token's text */
export function bearer(token: string, operation: string): string {
  const header = `Bearer ${token.trim()}`;
  try {
    validateHeaderValue('authorization', header);
  } catch {
    throw notConfigured(
      operation,
      'The token of the API holds characters that no header can carry: set the variable that environments.….api.tokenEnv names again, without line breaks.',
    );
  }
  return header;
}

export const noToken = (operation: string): AdapterError =>
  notConfigured(
    operation,
    'There is no token for the API: name a variable that holds one as environments.….api.tokenEnv in paksa.yaml, and set it.',
  );

const notConfigured = (operation: string, message: string): AdapterError =>
  new AdapterError(message, { system: 'http', operation, fault: 'not-configured', retryable: false });
