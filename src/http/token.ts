/** Whether a request carries the token: as a bearer, or as the password of HTTP basic, whatever the user's name. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** What the header `authorization` holds besides the name of its scheme. */
const CREDENTIALS = /^(bearer|basic) +(\S+) *$/i;

/** Takes as long for a wrong token as for the right one. */
export function carriesToken(header: string | undefined, token: string): boolean {
  const [, scheme = '', given = ''] = CREDENTIALS.exec(header ?? '') ?? [];
  const said = scheme.toLowerCase() === 'basic' ? passwordOf(given) : given;
  // Of the same length whatever was sent.
  return timingSafeEqual(digest(said), digest(token)) && scheme !== '';
}

function passwordOf(credentials: string): string {
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
