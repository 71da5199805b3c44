/** Opsgenie's Alert API, as strict as the documentation: the GenieKey, lengths, one open alert an alias, answers by 202. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ProviderAnswer, type ProviderRequest, startProvider } from './provider.ts';

export const API_KEY = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';

const characters = (most: number) => z.string().refine((text) => [...text].length <= most);
const Created = z.strictObject({
  message: characters(130).min(1),
  alias: characters(512).optional(),
  description: characters(15_000).optional(),
  responders: z
    .array(z.strictObject({ type: z.literal('team'), name: z.string() }))
    .max(50)
    .optional(),
  tags: z.array(characters(50)).max(20).optional(),
  details: z
    .record(z.string(), z.string())
    .refine((all) => JSON.stringify(all).length <= 8000)
    .optional(),
  entity: characters(512).optional(),
  source: characters(100).optional(),
  priority: z.enum(['P1', 'P2', 'P3', 'P4', 'P5']).optional(),
});
const Action = z.strictObject({
  source: characters(100).optional(),
  note: characters(25_000).optional(),
  user: characters(100).optional(),
});

export interface OpsgenieAlert {
  readonly alias: string;
  readonly message: string;
  readonly status: 'open' | 'acknowledged' | 'closed';
  /** How often it was sent while it was open. */
  readonly count: number;
  readonly notes: readonly string[];
  readonly responders: readonly { readonly name: string }[];
}

export async function startOpsgenie() {
  const alerts = new Map<string, OpsgenieAlert>();
  const provider = await startProvider((request) => judge(request));
  /** What became of each request; of one that fails, once somebody has asked too early. */
  const processed = new Map<
    string,
    { readonly isSuccess: boolean; readonly status: string; isEarly: boolean }
  >();
  let lost: string | undefined;

  function judge({ method, path, query, headers, body }: ProviderRequest): ProviderAnswer {
    if (headers.authorization !== `GenieKey ${API_KEY}`)
      return { status: 403, body: { message: 'Could not authenticate', took: 0.001, requestId: 'none' } };
    const [, asked = ''] = /^\/v2\/alerts\/requests\/([^/]+)$/.exec(path) ?? [];
    if (method === 'GET' && asked !== '') return stateOf(asked);
    if (method !== 'POST' || !headers['content-type']?.startsWith('application/json'))
      return { status: 405, body: {} };
    const given: unknown = JSON.parse(body);
    if (path === '/v2/alerts') {
      const created = Created.safeParse(given);
      if (!created.success) return invalid(created.error);
      if (lost !== undefined) return accepted({ isSuccess: false, status: lost });
      const { message, alias = message, responders = [] } = created.data;
      const former = alerts.get(alias);
      const isOpen = former !== undefined && former.status !== 'closed';
      alerts.set(
        alias,
        isOpen
          ? { ...former, count: former.count + 1 }
          : { alias, message, status: 'open', count: 1, notes: [], responders },
      );
      return accepted();
    }
    const [, alias = '', action] = /^\/v2\/alerts\/([^/]+)\/(acknowledge|close)$/.exec(path) ?? [];
    if (action === undefined || query.get('identifierType') !== 'alias')
      return { status: 404, body: { message: 'not found' } };
    const acted = Action.safeParse(given);
    if (!acted.success) return invalid(acted.error);
    const alert = alerts.get(decodeURIComponent(alias));
    if (alert && alert.status !== 'closed')
      alerts.set(alert.alias, {
        ...alert,
        status: action === 'close' ? 'closed' : 'acknowledged',
        notes: [...alert.notes, acted.data.note ?? ''],
      });
    return accepted();
  }

  /** 202 says that it will be looked at: what came of it is another question, and early it has no answer. */
  function accepted(outcome = { isSuccess: true, status: 'Created alert' }): ProviderAnswer {
    const requestId = randomUUID();
    processed.set(requestId, { ...outcome, isEarly: !outcome.isSuccess });
    lost = undefined;
    return { status: 202, body: { result: 'Request will be processed', took: 0.1, requestId } };
  }

  function stateOf(requestId: string): ProviderAnswer {
    const found = processed.get(requestId);
    const { isEarly = true, ...data } = found ?? {};
    if (found) found.isEarly = false;
    return isEarly
      ? {
          status: 404,
          body: { message: 'Request not found. It might not be processed, yet.', took: 0, requestId },
        }
      : { status: 200, body: { data: { ...data, action: 'Create' }, took: 0, requestId } };
  }

  return {
    ...provider,
    /** Without the questions about them. */
    get requests() {
      return provider.requests.filter(({ method }) => method === 'POST');
    },
    alerts,
    /** The next alert is taken by 202, and then not made. */
    loseNext: (status: string) => {
      lost = status;
    },
  };
}

const invalid = (error: z.ZodError): ProviderAnswer => ({
  status: 422,
  body: {
    message: 'Request body is not processable. Please check the errors.',
    errors: Object.fromEntries(error.issues.map(({ path, message }) => [path.join('.'), message])),
    took: 0.001,
    requestId: 'none',
  },
});
