/** Where answers to pages come in, for whoever sets that up at the providers: what `paksa config check` says of a good configuration. */
import type { Config } from '../config.ts';

const KINDS = {
  pagerduty: 'a webhook (v3) of PagerDuty',
  opsgenie: 'a webhook of Opsgenie or Jira Service Management, with the token',
  webhook: 'its receiver, signed',
} as const;

/** A line each; none where nobody could answer anywhere but in Slack. */
export const answerLines = ({ paging: { pagers, publicUrl } }: Config): readonly string[] => {
  const lines = pagers.flatMap((pager) => {
    const at = `${publicUrl ?? '<Paksa’s own port>'}/pagers/${pager.name}`;
    switch (pager.kind) {
      case 'email':
        return [];
      case 'twilio': {
        const from =
          pager.by === 'sms' ? `messages to ${pager.from}` : 'keys pressed during a call, by themselves';
        return pager.replies ? [`  ${at}: ${from}`] : [];
      }
      case 'webhook':
        return [`  ${at}: ${KINDS.webhook}`];
      default:
        return pager.replies ? [`  ${at}: ${KINDS[pager.kind]}`] : [];
    }
  });
  return lines.length === 0 ? [] : ['Answers to pages are taken in at', ...lines];
};
