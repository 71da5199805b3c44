/** AdapterErrors of a cluster: which right, object or address is meant, and what to do. A secret's request never quotes the server. */
import { AdapterError, type AdapterErrorDetail, type AdapterFault, messageOf } from '../../errors.ts';
import { objectOf, operationOf, type RequestWords } from './request-words.ts';

export const fail = (
  operation: string,
  message: string,
  fault: AdapterFault = 'failed',
  more: Partial<Pick<AdapterErrorDetail, 'retryable' | 'retryAfterMs' | 'cause'>> = {},
): AdapterError =>
  new AdapterError(message, { system: 'kubernetes', operation, fault, retryable: false, ...more });

/** What the API server answers when it does not do what it was asked: its `Status` object, as far as it is used. */
export interface Refusal {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The authorizer's own sentence; a 403 of a quota or an admission plugin has another. */
const MISSING_RIGHT =
  /cannot (?<verb>\S+) (?:resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"|path "(?<path>[^"]+)")(?: in the namespace "(?<namespace>[^"]+)")?/;

/** Characters of the server's message that are passed on. */
const QUOTED = 500;

export function translateRefusal(refusal: Refusal, asked: RequestWords, server: string): AdapterError {
  const operation = operationOf(asked);
  const { code, reason, message = '', retryAfterSeconds } = refusal;
  const says = quote(message, reason, asked);
  switch (code) {
    case 401:
      return fail(
        operation,
        `${server}: the credentials were refused: renew the token or certificate in the kubeconfig.`,
        'forbidden',
      );
    case 403: {
      const right = MISSING_RIGHT.exec(message)?.groups;
      if (right === undefined && message !== '') {
        return fail(operation, `The cluster did not admit it (${operation}): ${says}`, 'refused');
      }
      return fail(operation, missingRight(right ?? {}, asked), 'forbidden');
    }
    case 404:
      return fail(
        operation,
        `${objectOf(asked)} is not there: check its name and namespace in paksa.yaml.`,
        'not-found',
      );
    case 408:
    case 504:
      return fail(
        operation,
        `${server} did not answer in time (${operation}): look at the API server.`,
        'timed-out',
        { retryable: true },
      );
    case CONFLICT:
      return fail(
        operation,
        `${objectOf(asked)} was changed by somebody else at the same time: look again, then try again.`,
        'failed',
        { retryable: true, cause: CONFLICT },
      );
    case 400:
    case 405:
    case 422:
      return fail(
        operation,
        `The cluster refused it (${operation}): ${says} Compare it with the manifest, and with what an admission policy asks for.`,
        'refused',
      );
    default:
      return fail(
        operation,
        `The API server could not do it (${operation}, status ${code}): ${says} Look at the API server’s health (kubectl get --raw=/readyz?verbose), then try again.`,
        'failed',
        {
          retryable: code === 410 || code === 429 || code >= 500,
          ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
        },
      );
  }
}

const CONFLICT = 409;

/** Somebody else was faster: what was read is not what is there any more, or the name is taken. */
export const isConflict = (error: unknown): error is AdapterError =>
  error instanceof AdapterError && error.cause === CONFLICT;

/** A malformed object is quoted by the server that refuses it: of secrets, only the kind of refusal is passed on. */
function quote(message: string, reason: string | undefined, { resource }: RequestWords): string {
  if (resource.startsWith('secrets')) return `${reason ?? 'no reason given'}.`;
  const text = message.trim().slice(0, QUOTED) || (reason ?? 'no reason given');
  return text.endsWith('.') ? text : `${text}.`;
}

function missingRight(named: Record<string, string | undefined>, asked: RequestWords): string {
  const { verb = asked.verb, path } = named;
  if (path !== undefined)
    return `Paksa may not ${verb} ${path}: add it to the ClusterRole, see deploy/rbac.yaml.`;
  const { resource = asked.resource, group = asked.group } = named;
  const namespace = named.resource === undefined ? asked.namespace : named.namespace;
  const what = group === '' ? resource : `${resource} (${group})`;
  return namespace === undefined
    ? `Paksa may not ${verb} ${what} in the cluster: add it to the ClusterRole, see deploy/rbac.yaml.`
    : `Paksa may not ${verb} ${what} in ${namespace}: add it to the Role, see deploy/rbac.yaml.`;
}

/** A request that got no answer. */
export function translateConnectionError(
  error: unknown,
  { operation, server, signal }: { operation: string; server: string; signal: AbortSignal },
): AdapterError {
  if (error instanceof AdapterError) return error;
  if (signal.aborted) return stopped(operation, server, signal);
  const unreachable = (says: string, retryable = true) =>
    fail(operation, `The API server ${server} ${says}`, 'unreachable', { retryable, cause: error });
  const code = codeOf(error);
  switch (code) {
    case 'ECONNREFUSED':
      return unreachable('refuses connections: check that it runs, and the address in the kubeconfig.');
    case 'ENOTFOUND':
      return unreachable('has no address in DNS: check the name in the kubeconfig.', false);
    case 'EAI_AGAIN':
      return unreachable('could not be looked up: check this machine’s DNS resolver.');
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable('cannot be routed to: check the network and the firewall.');
    case 'ETIMEDOUT':
      return unreachable('did not take the connection in time: check the network and the firewall.');
    case 'ECONNRESET':
    case 'EPIPE':
      return unreachable('closed the connection: check that it runs, and what is between it and Paksa.');
    default:
      return /CERT|SIGNATURE|ALTNAME|^ERR_(SSL|TLS)|EPROTO/.test(code)
        ? unreachable(
            `cannot be trusted (${code}): check server and certificate-authority in the kubeconfig.`,
            false,
          )
        : unreachable(`cannot be reached: ${messageOf(error)}.`);
  }
}

/** A request that somebody called off, or whose deadline passed. */
export function stopped(operation: string, server: string, signal: AbortSignal): AdapterError {
  const says = isLate(signal)
    ? `${server} did not answer in time (${operation}): look at the API server and at what it was asked for.`
    : `Stopped before ${server} had answered (${operation}): look at what became of it, then try again.`;
  return fail(operation, says, 'timed-out', { retryable: true, cause: signal.reason });
}

/** Whether a deadline has passed, rather than somebody called it off. */
export const isLate = ({ reason }: AbortSignal): boolean =>
  reason instanceof Error && reason.name === 'TimeoutError';

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
};
