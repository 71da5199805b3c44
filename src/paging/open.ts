/** The pagers of paksa.yaml, by name. */

import { createEmail } from './email.ts';
import type { PagingDeps, ServicePager } from './held.ts';
import { createOpsgenie } from './opsgenie.ts';
import { createPagerDuty } from './pagerduty.ts';
import type { PagerSettings, People } from './settings.ts';
import { createTwilio } from './twilio.ts';
import { createWebhook } from './webhook.ts';

export const openPagers = (
  settings: readonly PagerSettings[],
  people: People,
  deps: PagingDeps,
): ReadonlyMap<string, ServicePager> =>
  new Map(settings.map((each) => [each.name, open(each, people, deps)]));

function open(settings: PagerSettings, people: People, deps: PagingDeps): ServicePager {
  switch (settings.kind) {
    case 'pagerduty':
      return createPagerDuty(settings, deps);
    case 'opsgenie':
      return createOpsgenie(settings, deps);
    case 'twilio':
      return createTwilio(settings, people, deps);
    case 'email':
      return createEmail(settings, people, deps);
    case 'webhook':
      return createWebhook(settings, deps);
  }
}
