/** Tokens as the backend's: HS256 (RFC 7519). */
import { createHmac } from 'node:crypto';

export interface TokenOptions {
  /** Seconds from now; negative for one that has expired. An hour when unset. */
  readonly expiresIn?: number;
  readonly subject?: string;
}

export function signToken(
  secret: string,
  { expiresIn = 3600, subject = 'on-call' }: TokenOptions = {},
): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = { sub: subject, tenant_id: 1, exp: Math.floor(Date.now() / 1000) + expiresIn };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
