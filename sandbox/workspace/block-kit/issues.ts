/** What zod found, as Slack says it: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
import type { z } from 'zod';
import { isFields } from '../fields.ts';

export function pointer(path: readonly PropertyKey[]): string {
  return `[json-pointer:/${path.map(String).join('/')}]`;
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const { path, input } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `invalid additional property: ${key} ${pointer(path)}`);
    case 'invalid_union': {
      // The path of an unmatched discriminator ends in its name; its input is the whole object.
      const type = isFields(input) ? input.type : undefined;
      if (type === undefined) return [`missing required field: type ${pointer(path.slice(0, -1))}`];
      return [`unsupported type: ${String(type)} ${pointer(path)}`];
    }
    case 'invalid_type':
      if (input === undefined && path.length > 0) {
        return [`missing required field: ${String(path.at(-1))} ${pointer(path.slice(0, -1))}`];
      }
      return [
        `must provide ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected} ${pointer(path)}`,
      ];
    case 'invalid_value':
      return input === undefined
        ? [`missing required field: ${String(path.at(-1))} ${pointer(path.slice(0, -1))}`]
        : [`must be one of: ${issue.values.map(String).join(', ')} ${pointer(path)}`];
    default:
      return [`${issue.message} ${pointer(path)}`];
  }
}

/** @param root where in the request the value was, such as `blocks` or `view` */
export function problems(schema: z.ZodType, value: unknown, root: string): string[] {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => sentences({ ...issue, path: [root, ...issue.path] }));
}
