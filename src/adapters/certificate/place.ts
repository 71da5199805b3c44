/** Where a certificate's files are and certbot runs: on this host, or in one replica of a container or a pod for the whole of a call. */
import type { KeyObject } from 'node:crypto';
import type { Everywhere, Exec } from '../exec/port.ts';
import { hostFiles } from './host-files.ts';
import { filesInside } from './inside-files.ts';
import type { CertificateSettings } from './port.ts';

/** What is told of a private key without its content. */
export interface KeyFacts {
  readonly publicKey: KeyObject;
  /** Octal permissions of its file, such as `600`. */
  readonly mode: string;
}

/** Absolute paths, as the place sees them. @throws AdapterError not-found, forbidden, failed, naming the file and where it is */
export interface PlaceFiles {
  /** What errors call a file: its path, and where that is not this host, where it is. */
  named(path: string): string;
  /** Of 1 MiB at most, links followed. A private key is read with it only to be given to somebody. */
  read(path: string): Promise<Buffer>;
  /** Fails as a reading would where there is no such file; reads nothing. */
  requireFile(path: string): Promise<void>;
  keyFacts(path: string): Promise<KeyFacts>;
  /** With all links followed. */
  realPath(path: string): Promise<string>;
  /** What a symbolic link says, a relative path mostly; absent of a file that is no link. */
  linkTarget(path: string): Promise<string | undefined>;
  /** The names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** With its permissions, links followed; a file that is there already is an error. */
  copy(from: string, to: string): Promise<void>;
  /** Makes `path` a symbolic link that says `target`, in one step: whoever reads it finds the old file or the new one. */
  point(path: string, target: string): Promise<void>;
}

export interface CertificatePlace {
  readonly files: PlaceFiles;
  readonly exec: Exec;
  /** The container or the pod; absent of this host. */
  readonly replica?: string;
}

export type OpenPlace = (signal: AbortSignal) => Promise<CertificatePlace>;

/** `everywhere`: the replicas of the settings' place, of which the first is meant. */
export const placeOf =
  (settings: () => Pick<CertificateSettings, 'place'>, everywhere: Everywhere): OpenPlace =>
  async (signal) => {
    const { place } = settings();
    const [{ replica, exec }] = await everywhere(signal);
    return place === undefined || place.on === 'host'
      ? { exec, files: hostFiles }
      : { exec, replica, files: filesInside(exec, replica, signal) };
  };
