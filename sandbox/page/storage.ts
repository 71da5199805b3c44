/** What the browser remembers between visits. Everything works without it: private windows may refuse to store. */

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(`paksa.${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`paksa.${key}`, value);
  } catch {
    // Full or forbidden: the page goes on with what it has in memory.
  }
}
