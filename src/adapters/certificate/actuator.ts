/** Renews, keeps and puts back: certbot's files belong to certbot, a local CA's are written by Paksa. */
import { onThisHost } from '../exec/host.ts';
import type { Everywhere } from '../exec/port.ts';
import { createCertbotActuator } from './certbot.ts';
import { createLocalCaActuator } from './local-ca.ts';
import { placeOf } from './place.ts';
import type { CertificateActuator, CertificateSettings } from './port.ts';

/** `everywhere`: the replicas of the settings' place, of which the first is meant. */
export function createCertificateActuator(
  settings: () => CertificateSettings,
  everywhere: Everywhere = onThisHost,
): CertificateActuator {
  const open = placeOf(settings, everywhere);
  const actuator = (): CertificateActuator => {
    const { files, authority } = settings();
    return authority.kind === 'certbot'
      ? createCertbotActuator(files, authority, open)
      : createLocalCaActuator(files, authority);
  };
  return {
    backup: async (label, signal) => actuator().backup(label, signal),
    renew: async (signal) => actuator().renew(signal),
    restore: async (backup, signal) => actuator().restore(backup, signal),
  };
}
