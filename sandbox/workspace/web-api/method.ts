/** What a Web API method is: whose token it takes, how often it may be called, its arguments, and what it does. */
import type { z } from 'zod';
import type { Fields } from '../fields.ts';
import { refusedFor } from '../slack-error.ts';
import type { Tier } from './rate-limit.ts';

export interface Method {
  tier: Tier;
  token: 'bot' | 'app' | 'none';
  /** @returns the answer without `ok`. @throws SlackError */
  run(args: Fields): Fields | Promise<Fields>;
}

export type Methods = Record<string, Method>;

function sentence({ path, message }: z.core.$ZodIssue, args: Fields): string {
  const [name] = path;
  return name !== undefined && args[String(name)] === undefined
    ? `missing required field: ${String(name)}`
    : `${message} [json-pointer:/${path.map(String).join('/')}]`;
}

export function method<Args extends z.ZodType>(
  tier: Tier,
  schema: Args,
  run: (args: z.infer<Args>) => Fields | Promise<Fields>,
  token: Method['token'] = 'bot',
): Method {
  return {
    tier,
    token,
    run: (args) => {
      const parsed = schema.safeParse(args);
      if (parsed.success) return run(parsed.data);
      throw refusedFor(
        'invalid_arguments',
        parsed.error.issues.map((issue) => sentence(issue, args)),
      );
    },
  };
}
