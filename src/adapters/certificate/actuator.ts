/** Renews, keeps and puts back: certbot's files belong to certbot, a local CA's are written by Paksa. */
import { createCertbotActuator } from './certbot.ts';
import { createLocalCaActuator } from './local-ca.ts';
import type { CertificateActuator, CertificateAuthority, CertificateFiles } from './port.ts';

export const createCertificateActuator = (
  files: CertificateFiles,
  authority: CertificateAuthority,
): CertificateActuator =>
  authority.kind === 'certbot'
    ? createCertbotActuator(files, authority)
    : createLocalCaActuator(files, authority);
