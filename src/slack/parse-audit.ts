/** What somebody typed after `/paksa audit`: names keep their case, and mentions their ids. */
import { auditSearch } from '../engine/audit.ts';
import type { AuditSearch } from '../engine/ports.ts';
import { typedWords } from './typed.ts';

export interface AuditCommand {
  readonly command: 'audit';
  readonly search: AuditSearch;
}

const MOST_WORDS = 12;

/** Without the first word. */
export const parseAudit = (text: string): AuditCommand => ({
  command: 'audit',
  search: auditSearch(typedWords(text).slice(0, MOST_WORDS)),
});
