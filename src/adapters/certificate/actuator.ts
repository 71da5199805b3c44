/** Renews, keeps and puts back: certbot's files belong to certbot, a local CA's are written by Paksa. */
import { createCertbotActuator } from './certbot.ts';
import { createLocalCaActuator } from './local-ca.ts';
import type { CertificateActuator, CertificateSettings } from './port.ts';

export function createCertificateActuator(settings: () => CertificateSettings): CertificateActuator {
  const actuator = (): CertificateActuator => {
    const { files, authority } = settings();
    return authority.kind === 'certbot'
      ? createCertbotActuator(files, authority)
      : createLocalCaActuator(files, authority);
  };
  return {
    backup: async (label, signal) => actuator().backup(label, signal),
    renew: async (signal) => actuator().renew(signal),
    restore: async (backup, signal) => actuator().restore(backup, signal),
  };
}
