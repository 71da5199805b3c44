/** Whatever people type, it is a command or answered with what is meant. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topics } from '../../../commands/index.ts';
import { actOf } from '../../../src/engine/acts.ts';
import { anchorOf, auditSearch } from '../../../src/engine/audit.ts';
import { periodOf } from '../../../src/policy/moment.ts';
import { askedSilence } from '../../../src/policy/silence-words.ts';
import { parse } from '../../../src/slack/parse.ts';
import { decode, decodeLook, decodeStart } from '../../../src/slack/views/button-value.ts';
import { helpView } from '../../../src/slack/views/help.ts';
import { expectSendable } from '../views/judge.ts';
import { LONG, made, readOrRefused } from './pieces.ts';

describe('what people type', () => {
  const typed = made(
    ...[
      'diagnose',
      'ssl',
      'all',
      '--env',
      '--env=',
      'production',
      'fix',
      'incident',
      'INC-12',
      'inc-0',
      'note',
    ],
    ...[
      'silence',
      'for',
      'until',
      '18:00',
      '2h',
      'because',
      'team=billing',
      '=',
      'unsilence',
      'override',
      'end',
    ],
    ...[
      'emergency',
      'system-down',
      'procedure',
      'ladder',
      'drill',
      'level',
      '99',
      'audit',
      '<@UEVIL>',
      'cli:x',
    ],
    ...['__proto__', 'constructor', 'toString', '“', '”', '–', '—', '\n', '\t', '@', '/', ':', '|'],
  );

  test('is a command, or answered with what is meant', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const command = parse(text, topics);
        if (command.command !== 'unknown') return;
        expect(command.said).not.toBe('');
        expect(command.said.length).toBeLessThan(400);
      }),
      { numRuns: 25_000 },
    );
  });

  test('can be said back', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const command = parse(text, topics);
        if (command.command === 'unknown')
          expectSendable(helpView([...topics.values()].slice(0, 3), command.said));
      }),
      { numRuns: 1_500 },
    );
  });

  test('about an incident, a silence, a moment or the audit log', LONG, () => {
    fc.assert(
      fc.property(typed, (text) => {
        const act = actOf(text);
        if (act.act === 'unclear') expect(act.say).toMatch(/\S/);
        const { moments } = askedSilence(text);
        const { from, to } = periodOf(moments, 'Europe/Berlin', 1_700_000_000_000);
        for (const moment of [from, to]) expect(moment === undefined || Number.isFinite(moment)).toBe(true);
        expect(auditSearch(text.split(' ')).words.length).toBeLessThanOrEqual(text.length + 1);
        readOrRefused(() => anchorOf(text));
      }),
      { numRuns: 10_000 },
    );
  });

  test('a button’s value is one of Paksa’s, or nothing', LONG, () => {
    fc.assert(
      fc.property(
        made('INC-1', 'INC-', ':', '::', '/', '@', '1', '999999999999', 'renew', 'RENEW', '\n'),
        (value) => {
          const button = decode(value);
          if (button) expect(button.part).toMatch(/^[a-z0-9-]{0,41}$/);
          const start = decodeStart(value);
          if (start) expect(start.topic).toMatch(/^[a-z0-9-]{1,41}$/);
          expect(typeof decodeLook(value).topic).toBe('string');
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
