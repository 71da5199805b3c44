/** Logs as they are read: the newest lines, each with its time, within bounds, whatever the pieces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeTails, readLog } from '../../../src/adapters/runtime/log-tail.ts';

const stamp = (second: number, text: string) =>
  `2026-01-02T03:04:${String(second).padStart(2, '0')}.123456789Z ${text}\n`;

const texts = (log: { lines: readonly { text: string }[] }) => log.lines.map(({ text }) => text);

test('a line is its time and its text', () => {
  const log = readLog('backend-1');
  log.add(Buffer.from(`${stamp(5, 'ready')}2026-01-02T04:04:06+01:00 offset\n2026-01-02T03:04:07.5Z\n`));
  expect(log.end()).toEqual({
    lines: [
      { replica: 'backend-1', at: new Date('2026-01-02T03:04:05.123Z'), text: 'ready' },
      { replica: 'backend-1', at: new Date('2026-01-02T03:04:06Z'), text: 'offset' },
      { replica: 'backend-1', at: new Date('2026-01-02T03:04:07.500Z'), text: '' },
    ],
    truncated: false,
  });
});

test('the pieces do not matter, nor where they are cut', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 20 });
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(lines, cuts, (said, sizes) => {
      const whole = Buffer.from(said.map((text) => stamp(1, text.replaceAll(/[\p{Cc}]/gu, ' '))).join(''));
      const read = (pieces: Buffer[]) => {
        const log = readLog('one');
        for (const piece of pieces) log.add(piece);
        return log.end();
      };
      const pieces: Buffer[] = [];
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        pieces.push(whole.subarray(at, at + size));
        at += size;
      }
      expect(read(pieces)).toEqual(read([whole]));
      expect(read(pieces).lines).toHaveLength(said.length);
    }),
  );
});

test('halves of lines of two streams are not mixed', () => {
  const log = readLog('one');
  log.add(Buffer.from('2026-01-02T03:04:05Z out-'), 'stdout');
  log.add(Buffer.from('2026-01-02T03:04:05Z err-'), 'stderr');
  log.add(Buffer.from('put\n'), 'stdout');
  log.add(Buffer.from('or\n'), 'stderr');
  expect(texts(log.end())).toEqual(['out-put', 'err-or']);
});

describe('lines that are not whole', () => {
  test('the last, without a line break', () => {
    const log = readLog('one');
    log.add(Buffer.from(stamp(1, 'whole') + stamp(2, 'cut off').trimEnd()));
    expect(texts(log.end())).toEqual(['whole', 'cut off']);
  });

  test('the rest of one whose beginning was not read is dropped', () => {
    const log = readLog('one');
    log.add(Buffer.from(`of something\n${stamp(1, 'whole')}`));
    expect(texts(log.end())).toEqual(['whole']);
  });

  test('one without a time has the time of the one before it', () => {
    const log = readLog('one');
    log.add(Buffer.from(`${stamp(1, 'Traceback:')}  File "main.py"\n`));
    const { lines } = log.end();
    expect(lines[1]).toEqual({ replica: 'one', at: lines[0]?.at, text: '  File "main.py"' });
  });
});

test('a terminal’s colours and line ends are taken off', () => {
  const log = readLog('one');
  log.add(Buffer.from('2026-01-02T03:04:05Z \u001b[31mERROR\u001b[0m: broken\r\n'));
  expect(texts(log.end())).toEqual(['ERROR: broken']);
});

describe('bounds', () => {
  test('the newest lines are kept, and that some were left out', () => {
    const log = readLog('one', 3);
    for (let count = 1; count <= 10; count += 1) log.add(Buffer.from(stamp(1, `line ${count}`)));
    expect(log.end()).toMatchObject({ truncated: true });
    expect(texts(log.end())).toEqual(['line 8', 'line 9', 'line 10']);
  });

  test('a line is cut at 4000 characters', () => {
    const log = readLog('one');
    log.add(Buffer.from(stamp(1, 'x'.repeat(9_000))));
    log.add(Buffer.from(stamp(2, 'next')));
    expect(texts(log.end()).map(({ length }) => length)).toEqual([4000, 4]);
  });

  test('a line that never ends fills nothing', () => {
    const log = readLog('one');
    log.add(Buffer.from('2026-01-02T03:04:05Z '));
    const piece = Buffer.alloc(1_000_000, 'x');
    for (let count = 0; count < 200; count += 1) log.add(piece);
    expect(texts(log.end()).map(({ length }) => length)).toEqual([4000]);
  });

  test('long lines: two million characters of the newest', () => {
    const log = readLog('one', 10_000);
    const line = Buffer.from(stamp(1, 'x'.repeat(4_000)));
    for (let count = 0; count < 2_000; count += 1) log.add(line);
    const { lines, truncated } = log.end();
    expect(truncated).toBe(true);
    expect(lines.length).toBe(Math.floor((2 * 1024 * 1024) / 4_000));
  });
});

test('logs of several replicas in time order', () => {
  const tail = (replica: string, ...seconds: number[]) => {
    const log = readLog(replica);
    for (const second of seconds) log.add(Buffer.from(stamp(second, `${replica} at ${second}`)));
    return log.end();
  };
  const merged = mergeTails([tail('a', 1, 4), tail('b', 2, 3), { lines: [], truncated: true }]);
  expect(texts(merged)).toEqual(['a at 1', 'b at 2', 'b at 3', 'a at 4']);
  expect(merged.truncated).toBe(true);
});
