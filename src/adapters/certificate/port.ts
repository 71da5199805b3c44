/**
 * A certificate and its key in files, on this host, in a container or in a pod, and the authority that renews them: certbot or a
 * local CA behind the same calls.
 */
import type { Place, Placed } from '../exec/port.ts';
import type { Certificate } from '../tls/port.ts';

/** The files of one installed certificate, as their place sees them. */
export interface CertificateFiles {
  /** Absolute path of the PEM file that the server presents: leaf first, then intermediates. */
  readonly certificate: string;
  /** Absolute path of its private key, PEM. Never read into a finding. */
  readonly key: string;
}

/** Who renews. `certbot`: with a fixed argument list. `local-ca`: an authority whose key is in `directory`, on this host alone. */
export type CertificateAuthority =
  | {
      readonly kind: 'certbot';
      /** The lineage, as `certbot certificates` names it. */
      readonly name: string;
      /** A name, or an absolute path, where the files are. */
      readonly program: string;
      /** `--config-dir`, `--work-dir`, `--logs-dir`; certbot's own when unset. */
      readonly configDir?: string | undefined;
      readonly workDir?: string | undefined;
      readonly logsDir?: string | undefined;
    }
  | {
      readonly kind: 'local-ca';
      /** Absolute path of a folder with `root.pem`, `intermediate.pem` and `intermediate.key`. */
      readonly directory: string;
      /** Names to ask for; those of the installed certificate when unset. */
      readonly names?: readonly string[] | undefined;
      /** Days that a new certificate is valid. */
      readonly days: number;
    };

export interface CertificateSettings {
  readonly files: CertificateFiles;
  readonly authority: CertificateAuthority;
  /** Where the files are, and certbot runs; this host when unset. */
  readonly place?: Place<Placed> | undefined;
}

export interface InstalledCertificate {
  readonly leaf: Certificate;
  /** The file's certificates, in the file's order. */
  readonly chain: readonly Certificate[];
  readonly chainInOrder: boolean;
  /** Who issued the file's last certificate, when that is no authority that is trusted here: one is missing after it. */
  readonly missingIssuer?: string;
  /** Whether the private key file belongs to the leaf. */
  readonly keyMatches: boolean;
  /** Octal permissions of the key file, such as `600`. */
  readonly keyMode: string;
}

/** What a renewal would ask for. */
export interface RenewalPlan {
  /** Who would be asked, for people: `certbot, lineage paksa (https://…)`. */
  readonly authority: string;
  readonly names: readonly string[];
  /** Days that the new one would be valid; absent where only the authority knows. */
  readonly days?: number;
}

/** Where the replaced files are kept, without their content: a private key never leaves its disk. */
export interface CertificateBackup {
  readonly kind: CertificateAuthority['kind'];
  /** Serial of the certificate that was kept. */
  readonly serial: string;
  /** For each file: its path, and where its old content is (a copy, or certbot's own archive), in their place. */
  readonly files: readonly { readonly path: string; readonly keptAt: string }[];
}

export interface CertificateProbe {
  /** Looks at the files. @throws AdapterError not-configured, unreachable (their place), not-found, forbidden (naming the file), failed (what is malformed) */
  installed(signal: AbortSignal): Promise<InstalledCertificate>;
  /** What `renew` would ask for; asks nobody to issue anything. @throws AdapterError */
  plan(signal: AbortSignal): Promise<RenewalPlan>;
}

export interface CertificateActuator {
  /** Keeps the present files where `restore` finds them, before anything is changed. `label` names the copy. @throws AdapterError */
  backup(label: string, signal: AbortSignal): Promise<CertificateBackup>;
  /** Asks the authority for a new certificate and puts it in place, atomically. Once. @throws AdapterError with the authority's own reason */
  renew(signal: AbortSignal): Promise<void>;
  /** Puts the kept files back. @throws AdapterError when they are gone */
  restore(backup: CertificateBackup, signal: AbortSignal): Promise<void>;
}

export interface NamedContent {
  /** For errors: the path, and where it is when that is not this host. */
  readonly name: string;
  readonly content: Buffer;
}

/** Both files as they are, the private key too: to be put into a secret, and nowhere else. */
export interface CertificatePair {
  readonly certificate: NamedContent;
  readonly key: NamedContent;
}

/** @throws AdapterError as `CertificateProbe.installed` */
export type ReadPair = (signal: AbortSignal) => Promise<CertificatePair>;
