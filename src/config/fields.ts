/** The kinds of value that paksa.yaml is made of, each saying what would be right. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { must } from './refusal.ts';

export const text = (what: string) => z.string(must(what)).trim().min(1, must(what));

export const matching = (pattern: RegExp, what: string) => z.string(must(what)).regex(pattern, must(what));

/** At least one of them. */
export const names = (what: string) =>
  z.array(text(what), must('a list of names')).min(1, must('a list of at least one name'));

/** An absolute path on this host. */
export const path = (what: string) => {
  const right = must(`the absolute path of ${what}, such as /etc/paksa/…`);
  return z.string(right).refine(isAbsolute, right);
};

export const count = (what: string, least: number, most: number) => {
  const right = must(`${what}, a whole number from ${least} to ${most}`);
  return z.number(right).int(right).min(least, right).max(most, right);
};

/** The name of a variable of the environment that holds a secret. */
export const variable = (what: string) =>
  matching(/^[A-Z][A-Z0-9_]*$/, `the name of the environment variable that holds ${what}, in capitals`);

/** The path of a URL, such as `/health`. */
export const route = (what: string) => matching(/^\/[^\s#]*$/, `${what}, a path that begins with a slash`);

export const webAddress = (what: string) => {
  const right = must(`${what}, an http or https address`);
  return z.url({ protocol: /^https?$/, ...right }).transform((address) => address.replace(/\/+$/, ''));
};

/** A name as Kubernetes allows it (RFC 1123). */
export const kubernetesName = (what: string) =>
  matching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, `${what}, as Kubernetes names it`);
