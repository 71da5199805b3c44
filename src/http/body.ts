/** Reads what was sent, up to a limit. */
import type { IncomingMessage } from 'node:http';

/** Undefined for a body of more than `most` bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // Read to its end all the same, so that the answer is heard.
    if (size <= most) chunks.push(bytes);
  }
  return size > most ? undefined : Buffer.concat(chunks).toString('utf8');
}
