/** Arguments of Web API methods: the same whether they came as a form, with JSON inside, or as JSON. */
import { z } from 'zod';
import { anyFields, type Fields, isFields } from '../fields.ts';

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export const json = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(parsed, schema);

/** Absent and empty are the same to Slack. */
const emptyAsAbsent = (value: unknown) => (value === '' || value === null ? undefined : value);
const asText = (value: unknown) => (typeof value === 'number' ? String(value) : emptyAsAbsent(value));

export const required = z.preprocess(asText, z.string());
export const optional = z.preprocess(asText, z.string().optional());
export const flag = z.preprocess(
  (value) => value === true || value === 'true' || value === '1' || value === 1,
  z.boolean(),
);
export const count = (fallback: number, max: number) =>
  z
    .preprocess(emptyAsAbsent, z.coerce.number().int().min(1).default(fallback))
    .transform((value) => Math.min(value, max));
export const commaList = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean)
      : (value ?? []),
  z.array(z.string()),
);
export const object = json(anyFields);

async function fromMultipart(body: Buffer, contentType: string): Promise<Fields> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  return Object.fromEntries(form.entries());
}

/** @throws SyntaxError when a JSON body is none */
export async function readArguments(
  body: Buffer,
  contentType: string,
  query: URLSearchParams,
): Promise<Fields> {
  const named = Object.fromEntries(query);
  if (contentType.startsWith('multipart/form-data'))
    return { ...named, ...(await fromMultipart(body, contentType)) };
  if (contentType.startsWith('application/json')) {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
    if (!isFields(value)) throw new SyntaxError('not an object');
    return { ...named, ...value };
  }
  return { ...named, ...Object.fromEntries(new URLSearchParams(body.toString())) };
}
