/** A bench on a provider that is reached by HTTP: its troubles as statuses. */
import type { PagingDeps, ServicePager } from '../../../src/paging/held.ts';
import type { Provider, ProviderFault } from '../../harness/paging/provider.ts';
import type { Bench, Trouble } from './common.case.ts';

export interface HttpBench {
  readonly provider: Provider;
  readonly open: (url: string, isStranger: boolean, deps: PagingDeps) => ServicePager;
  /** The provider's own way of saying no, or of saying who you are not. */
  readonly refusal: ProviderFault;
  readonly reached: () => number;
}

export function httpBench({ provider, open, refusal, reached }: HttpBench): Bench {
  const faults: Readonly<Record<Trouble, ProviderFault>> = {
    busy: { status: 429, retryAfter: '7' },
    broken: { status: 500 },
    refuses: refusal,
    lost: { dropAnswer: true },
    hangs: { hang: true },
  };
  return {
    open: (deps, { port, stranger = false } = {}) =>
      open(port === undefined ? provider.url : `http://127.0.0.1:${port}`, stranger, deps),
    trouble: (kind) => provider.failNext(faults[kind]),
    reached,
    stop: provider.stop,
  };
}
