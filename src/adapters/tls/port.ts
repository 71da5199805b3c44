/** What Paksa asks of a TLS server: the certificate that it presents, and the protocols that it answers. Reads only. */

/** A TLS server as the configuration names it. */
export interface TlsEndpoint {
  /** Host name or address to connect to. */
  readonly host: string;
  readonly port: number;
  /** The name asked for (SNI) and checked against the certificate; the host when unset. */
  readonly servername?: string | undefined;
  /** A PEM file of the authorities to trust, beside the system's own. */
  readonly trust?: string | undefined;
}

/** One certificate, read. */
export interface Certificate {
  /** Common name, or the first alternative name. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses it is valid for. */
  readonly names: readonly string[];
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256 of the DER, hexadecimal with colons. */
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** `rsa`, `ec`, `ed25519` … */
  readonly keyType: string;
  /** Bits of an RSA key, or of the curve. */
  readonly keyBits: number;
  /** Such as `sha256WithRSAEncryption`. */
  readonly signature: string;
  readonly selfSigned: boolean;
}

export interface PresentedCertificate extends Certificate {
  /** Whole days until `notAfter`, rounded down; negative once expired. */
  readonly daysLeft: number;
  /** Whether `servername` is among the names. */
  readonly matchesName: boolean;
  /** As sent by the server, leaf first. */
  readonly chain: readonly Certificate[];
  /** Whether each certificate of `chain` is issued by the next one. */
  readonly chainInOrder: boolean;
  /** OpenSSL's verdict on the chain, such as `CERT_HAS_EXPIRED` or `UNABLE_TO_VERIFY_LEAF_SIGNATURE`; absent when trusted. */
  readonly distrust?: string;
  /** Negotiated protocol, such as `TLSv1.3`. */
  readonly protocol: string;
  /** A stapled OCSP response came with the handshake: its status, or absent when none was offered. */
  readonly stapled?: 'good' | 'revoked' | 'unknown' | 'unreadable';
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export interface TlsProbe {
  /** One handshake, whatever the verdict on the certificate. @throws AdapterError unreachable, refused, timed-out */
  peerCertificate(endpoint: TlsEndpoint, signal: AbortSignal): Promise<PresentedCertificate>;
  /** The versions that complete a handshake, oldest first. @throws AdapterError unreachable, timed-out */
  protocols(endpoint: TlsEndpoint, signal: AbortSignal): Promise<readonly TlsVersion[]>;
}
