/** What keeps Redis from answering, or what it answers instead: which fault it is, and what to do about it. */
import { AdapterError, type AdapterFault, messageOf } from '../../errors.ts';
import { type Reading, readConnectionError, unreachable } from '../network/connection-error.ts';
import { isHandshakeFailure, translateConnectionError } from '../tls/connection-error.ts';

export interface RedisFailure {
  readonly host: string;
  readonly port: number;
  /** Whom Paksa is to Redis. */
  readonly user: string;
  readonly operation: string;
  readonly signal: AbortSignal;
  /** How far the connection had come: `port` is TCP without TLS' handshake, where there is one. */
  reached: 'nothing' | 'port' | 'redis';
}

/** An answer of Redis' own that begins with a minus sign. */
export const isReplyError = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'ReplyError';

export function translateRedisError(error: unknown, failed: RedisFailure): AdapterError {
  const { operation, signal } = failed;
  if (!signal.aborted && isHandshakeFailure(error)) {
    const whenDistrusted = 'give Redis a certificate of an authority that this machine trusts';
    const handshake = { endpoint: failed, system: 'redis', operation, signal, connected: true };
    return translateConnectionError(error, { ...handshake, whenDistrusted });
  }
  const { fault, retryable, says } = read(error, failed);
  // ioredis puts the command and its arguments, the password of AUTH among them, into its errors: they end here.
  const cause = error instanceof Error && 'command' in error ? undefined : error;
  return new AdapterError(says, { system: 'redis', operation, fault, retryable, cause });
}

function read(error: unknown, failed: RedisFailure): Reading {
  const at = `Redis at ${failed.host}:${failed.port}`;
  const known = readConnectionError(error, { ...failed, whenSilent: WHEN_SILENT[failed.reached] });
  if (known) return known;
  const words = messageOf(error);
  if (/max number of clients/.test(words)) {
    return refused(`${at} has no connection left (maxclients): find who holds them with CLIENT LIST.`, true);
  }
  if (isReplyError(error)) return readReply(error, words, at, failed.user);
  return failed.reached !== 'nothing' || words.startsWith('Connection is closed')
    ? unreachable(
        `${at} closed the connection: look whether it restarts, and whether it expects TLS (rediss://).`,
        true,
      )
    : unreachable(`${at} cannot be reached: ${words}.`, true);
}

const WHEN_SILENT: Readonly<Record<RedisFailure['reached'], string | undefined>> = {
  nothing: undefined,
  port: 'check whether it speaks TLS there, which rediss:// asks for',
  redis: 'look for a slow command (SLOWLOG GET), a script, or a disk that holds it up',
};

const refused = (says: string, retryable = false): Reading => ({ fault: 'refused', retryable, says });
const forbidden = (says: string): Reading => ({ fault: 'forbidden', retryable: false, says });

const CLUSTER =
  'is part of a cluster, whose keys are spread over several servers: Paksa works on one server that holds them all; use redis-cli --cluster call';

/** What the first word of a refusal means, and the next step. */
const REPLIES: Readonly<Record<string, { fault: AdapterFault; retryable?: boolean; says: string }>> = {
  NOAUTH: {
    fault: 'forbidden',
    says: 'asks for a password: put it into the address that redis.urlEnv names',
  },
  WRONGPASS: {
    fault: 'forbidden',
    says: 'does not take this user and password: correct the address that redis.urlEnv names',
  },
  DENIED: {
    fault: 'forbidden',
    says: 'talks to nobody but its own machine (protected mode): set a password there, and put it into the address that redis.urlEnv names',
  },
  LOADING: {
    fault: 'refused',
    retryable: true,
    says: 'is still loading its data from the disk: wait until it has, INFO persistence shows how far it is',
  },
  MASTERDOWN: {
    fault: 'unreachable',
    retryable: true,
    says: 'is a replica that has lost its primary: look at the primary, and at the network between them',
  },
  BUSY: {
    fault: 'refused',
    retryable: true,
    says: 'is held up by a Lua script: SCRIPT KILL ends one that has written nothing yet',
  },
  MISCONF: {
    fault: 'refused',
    says: 'refuses writes, because its last save to disk failed: free its disk, look into its log for the reason, then BGSAVE',
  },
  READONLY: {
    fault: 'refused',
    says: 'is a read-only replica: let the address that redis.urlEnv names point at the primary',
  },
  OOM: {
    fault: 'refused',
    says: 'is full (maxmemory), and evicts nothing: raise maxmemory, or choose an eviction policy for a cache such as allkeys-lru',
  },
  NOREPLICAS: {
    fault: 'refused',
    retryable: true,
    says: 'refuses writes while too few replicas follow it (min-replicas-to-write): look at the replicas',
  },
  MOVED: { fault: 'refused', says: CLUSTER },
  ASK: { fault: 'refused', says: CLUSTER },
  CROSSSLOT: { fault: 'refused', says: CLUSTER },
  TRYAGAIN: { fault: 'refused', retryable: true, says: CLUSTER },
  CLUSTERDOWN: { fault: 'refused', says: 'is part of a cluster that is down: look at CLUSTER INFO' },
};

const MOST_WORDS = 200;

function readReply(error: Error, words: string, at: string, user: string): Reading {
  const command = commandOf(error);
  const first = words.split(' ', 1)[0] ?? '';
  if (first === 'NOPERM') return forbidden(missingRight(words, command, at, user));
  const known = /^ERR invalid password/.test(words) ? REPLIES.WRONGPASS : REPLIES[first];
  const quoted = words.slice(0, MOST_WORDS);
  if (known) {
    return { retryable: false, ...known, says: `${at} ${known.says}. In its words: ${quoted}` };
  }
  if (/^ERR unknown command/.test(words)) {
    return refused(`${at} knows no ${command}: look for rename-command in its configuration.`);
  }
  if (command.startsWith('SELECT')) {
    return refused(
      `${at} has no such database: correct the number at the end of the address that redis.urlEnv names. In its words: ${quoted}`,
    );
  }
  return { fault: 'failed', retryable: false, says: `${at} refused ${command}: ${quoted}` };
}

/** ACLs know commands, keys and channels; the right is named as ACL SETUSER takes it. */
const missingRight = (words: string, command: string, at: string, user: string): string =>
  /\bkeys?\b/.test(words)
    ? `${at} does not let ${user} touch these keys: allow them with “ACL SETUSER ${user} ~<prefix>*”.`
    : `${at} does not let ${user} use ${command}: allow it with “ACL SETUSER ${user} +${command.toLowerCase()}”.`;

function commandOf(error: Error): string {
  const command: unknown = Reflect.get(error, 'command');
  const name: unknown = typeof command === 'object' && command !== null ? Reflect.get(command, 'name') : '';
  return typeof name === 'string' && name !== '' ? name.toUpperCase() : 'a command';
}
