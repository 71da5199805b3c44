/** A role whose password is held in a secret of the cluster, as this adapter and the cluster's speak of it. */
import type { DatabaseSecret } from '../kubernetes/port.ts';
import type { ServerAddress } from '../runtime/port.ts';

/** A role and its password, as a secret of the cluster holds them. */
export interface RoleLogin {
  readonly user: string;
  /** For adapters alone. */
  readonly password: string;
  /** The one that it is part of; absent where the secret holds a password alone. */
  readonly address?: ServerAddress;
}

/** Reads such a secret. @throws AdapterError as the cluster's adapter does */
export type ReadLogin = (secret: DatabaseSecret, signal: AbortSignal) => Promise<RoleLogin>;

/** The role that a secret holds the password of, which Paksa may change. */
export interface HeldRole {
  readonly name: string;
  readonly superuser: boolean;
  /** Open on the whole server, Paksa's own not among them. */
  readonly sessions: number;
  /** Those, the most first, at most ten kinds, as `application from address`. */
  readonly byClient: readonly { readonly client: string; readonly connections: number }[];
  /** Whether Paksa can give it the password that the secret holds: not one that programs read differently. */
  readonly canBeGiven: boolean;
  /** Where the secret says that the database is; absent where it holds a password alone. */
  readonly address?: ServerAddress;
}

/** Whether the server of `postgres.urlEnv` lets a role in with the password that a secret holds. */
export interface PasswordTrial {
  readonly role: string;
  readonly isLetIn: 'yes' | 'no' | 'unknown';
  /** Why not, or why nobody can tell from here; a next step. */
  readonly why?: string;
}
