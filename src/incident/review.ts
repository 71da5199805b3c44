/** Broken glass: one person decided alone, and said why. Somebody else looks at that afterwards, and is asked to until they have. */
import type { AttemptRef, Effect, Happening } from './event.ts';
import { type Incident, type Review, titleOfFix } from './incident.ts';
import { moved, refuse, type Transition } from './outcome.ts';

/** Of an incident that opened before there was a policy for it. */
const REVIEW_WITHIN_MS = 24 * 3_600_000;

export const owedReviews = ({ reviews = [] }: Incident): readonly Review[] =>
  reviews.filter(({ reviewedBy }) => reviewedBy === undefined);

const withinMs = ({ policy }: Incident): number =>
  policy.approval.breakGlass?.reviewWithinMs ?? REVIEW_WITHIN_MS;

const timer = ({ fix, due }: Review): Effect => ({ do: 'set-timer', timer: `review/${fix}`, due });

/** Owes the review of a fix that has been approved so. */
export function broken(
  { next, effects }: { readonly next: Incident; readonly effects: readonly Effect[] },
  { fix, round }: AttemptRef,
  { at, actor: by, reason }: { readonly at: number; readonly actor: string; readonly reason: string },
): Transition {
  const review: Review = { fix, round, by, at, reason, due: at + withinMs(next) };
  return moved({ ...next, reviews: [...(next.reviews ?? []), review] }, [
    ...effects,
    { do: 'tell', text: { news: 'glass-broken', title: titleOfFix(next, fix), by, reason } },
    timer(review),
  ]);
}

export function reviewed(incident: Incident, event: Extract<Happening, { type: 'reviewed' }>): Transition {
  const review = incident.reviews?.find(({ fix, round }) => fix === event.fix && round === event.round);
  if (!review) return refuse('Nobody broke the glass for that.');
  if (review.reviewedBy !== undefined) return refuse('That has been reviewed already.', review.reviewedBy);
  if (review.by === event.actor) return refuse('You broke the glass, so somebody else reviews it.');
  return moved(replacing(incident, { ...review, reviewedBy: event.actor, remark: event.remark }));
}

/** Still owed: it is said again, and again after as long. */
export function reviewDue(incident: Incident, fix: string, due: number): Transition {
  const review = owedReviews(incident).find((each) => each.fix === fix && each.due === due);
  if (!review) return refuse('That review is not due any more.');
  const later = { ...review, due: due + withinMs(incident) };
  const { by, reason } = review;
  return moved(replacing(incident, later), [
    { do: 'tell', text: { news: 'review-owed', title: titleOfFix(incident, fix), by, reason } },
    timer(later),
  ]);
}

const replacing = (incident: Incident, review: Review): Incident => ({
  ...incident,
  reviews: (incident.reviews ?? []).map((each) =>
    each.fix === review.fix && each.round === review.round ? review : each,
  ),
});
