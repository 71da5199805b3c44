/** What Paksa asks of Redis. Keys are counted by kind, never shown with their values. */

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Key prefixes of what is kept, by kind; anything else counts as `other`. */
  readonly prefixes: Readonly<Record<KeyKind, readonly string[]>>;
}

/** `cache` may be dropped at any time; `session` logs people out; `queue` is work not yet done. */
export type KeyKind = 'cache' | 'session' | 'queue';

export interface RedisInfo {
  readonly version: string;
  readonly role: string;
  readonly uptimeSeconds: number;
  readonly usedMemoryBytes: number;
  /** 0: no limit. */
  readonly maxMemoryBytes: number;
  /** Such as `noeviction`, under which a full Redis refuses writes. */
  readonly evictionPolicy: string;
  readonly evictedKeys: number;
  readonly lookups: Lookups;
  readonly rejectedConnections: number;
  readonly connectedClients: number;
  /** 0: not known. */
  readonly maxClients: number;
  /** Whether the last snapshot or append-only write failed, after which writes may be refused. */
  readonly persistenceFailed: boolean;
  /** While it reads its data from the disk after a start, the share that it has, 0 to 1: it answers nobody until then. */
  readonly loading?: number;
}

/** What was asked for, and was there or was not. */
export interface Lookups {
  readonly hits: number;
  readonly misses: number;
}

/** Since its start it says little of this moment: a cache that was good for a month may have been lost an hour ago. */
export interface CacheUse {
  readonly sinceStart: Lookups;
  readonly justNow: Lookups;
  /** How long `justNow` was. */
  readonly seconds: number;
  readonly evictedKeys: number;
}

export interface KeyCount {
  readonly kind: KeyKind | 'other';
  readonly keys: number;
  /** Keys that never expire by themselves. */
  readonly withoutTtl: number;
  /** Estimated from a sample, in bytes. */
  readonly bytes: number;
}

export interface Keyspace {
  /** Of the configured database. */
  readonly counts: readonly KeyCount[];
  /** Keys of every database, which FLUSHALL drops. */
  readonly allDatabases: number;
  /** Whether counting stopped before all keys were seen. */
  readonly sampled: boolean;
}

/** What FLUSHALL drops besides. */
export interface OtherDatabase {
  readonly database: number;
  readonly keys: number;
  /** Absent where there was no time, or no right, to look into it. */
  readonly counts?: readonly KeyCount[];
  readonly sampled: boolean;
}

export interface RedisProbe {
  /** One round trip, in milliseconds. @throws AdapterError not-configured, unreachable, refused, forbidden (wrong password, or the ACL's missing command), timed-out */
  ping(signal: AbortSignal): Promise<number>;
  info(signal: AbortSignal): Promise<RedisInfo>;
  /** From two readings, two seconds apart. */
  cacheUse(signal: AbortSignal): Promise<CacheUse>;
  /** Writes nothing: SCAN, TTL and MEMORY USAGE of a sample. */
  keyspace(signal: AbortSignal): Promise<Keyspace>;
  /** Every other database that holds keys, in order, by the same kinds. */
  otherDatabases(signal: AbortSignal): Promise<readonly OtherDatabase[]>;
}

export interface RedisActuator {
  /** Removes the keys with the prefixes of `cache`, by SCAN and UNLINK; resolves with how many. Once. @throws AdapterError that says how many had been removed */
  dropCache(signal: AbortSignal): Promise<number>;
  /** FLUSHALL ASYNC: everything in every database. Once. @throws AdapterError */
  flushAll(signal: AbortSignal): Promise<void>;
  /** Removes the keys with the prefixes of `session`: everybody has to log in again; resolves with how many. Once. @throws AdapterError */
  dropSessions(signal: AbortSignal): Promise<number>;
}
