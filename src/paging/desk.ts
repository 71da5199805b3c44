/** What the check of a ladder asks of the pagers beside Slack: whom each can reach, and whether it answers. */
import type { PagerDesk } from '../engine/reachability.ts';
import { AdapterError, messageOf } from '../errors.ts';
import type { ServicePager } from './held.ts';
import { needOf, type PagerSettings } from './settings.ts';

export interface DeskDeps {
  readonly settings: readonly PagerSettings[];
  readonly services: ReadonlyMap<string, Pick<ServicePager, 'check'>>;
  readonly redact: (text: string) => string;
}

export const createPagerDesk = ({ settings, services, redact }: DeskDeps): PagerDesk => ({
  needs: (name) => needOf(settings.find((each) => each.name === name)),
  ask: async (name) => {
    const service = services.get(name);
    if (!service) return { is: 'failing', why: 'it is not under pagers in paksa.yaml' };
    try {
      return { is: 'answering', how: await service.check() };
    } catch (error) {
      const why = redact(messageOf(error));
      // It asks to wait: it is there, and nobody knows yet whether it would take a page.
      const isBusy = !(error instanceof AdapterError) || (error.retryable && error.fault === 'refused');
      return { is: isBusy ? 'unknown' : 'failing', why };
    }
  },
});
