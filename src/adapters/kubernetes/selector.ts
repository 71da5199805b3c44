/** Label selectors: as the API's query writes them, and whether labels are meant by one. */
import type { V1LabelSelector, V1LabelSelectorRequirement } from '@kubernetes/client-node';

/** For `labelSelector=`. */
export const selectorText = ({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string =>
  [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(requirementText),
  ].join(',');

function requirementText({ key, operator, values = [] }: V1LabelSelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      throw new Error(`a label selector has no operator ${operator}`);
  }
}

/** An empty selector means everything. */
export const isSelected = (
  labels: Readonly<Record<string, string>>,
  { matchLabels = {}, matchExpressions = [] }: V1LabelSelector,
): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every((requirement) => meets(labels, requirement));

function meets(
  labels: Readonly<Record<string, string>>,
  { key, operator, values = [] }: V1LabelSelectorRequirement,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(`a label selector has no operator ${operator}`);
  }
}
