/** An incident in one line, for notifications, screen readers and pagers that have room for no more. */
import type { Incident } from './incident.ts';
import { currentStep, underway } from './plan.ts';

/** How far the procedure is, and what is wrong. */
export function inShort(incident: Incident): string {
  const problems = incident.findings.filter(({ status }) => status === 'problem');
  const run = underway(incident);
  const step = run && currentStep(run);
  const at = step ? `${run.emergency ? 'emergency, at' : 'at'} “${step.title}”` : '';
  const wrong = problems.map(({ summary }) => summary).join('; ');
  if (at !== '') return wrong === '' ? at : `${at}; ${wrong}`;
  if (wrong !== '') return wrong;
  const isKnown = incident.findings.length > 0 && !incident.undiagnosed;
  return isKnown ? 'no problem is left' : 'not diagnosed';
}
