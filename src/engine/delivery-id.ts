/** What a provider knows a page by. It is reckoned, not drawn: replicas that cannot ask each other come to the same. */
import { createHash } from 'node:crypto';

/** A UUID, the same for this page and pager wherever it is reckoned. */
export function deliveryId(installation: string, page: string, pager: string): string {
  const hex = createHash('sha256').update(`${installation}/${pager}/${page}`).digest('hex');
  // Version 8 is for what an application reckons by itself (RFC 9562).
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
