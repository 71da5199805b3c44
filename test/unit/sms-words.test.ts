/** What an SMS means: few words, written with one thumb; anything else is not guessed at. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSms } from '../../src/http/sms-words.ts';

test.each([
  ['1', { deed: 'acknowledge' }],
  ['１', { deed: 'acknowledge' }],
  ['Ack!', { deed: 'acknowledge' }],
  ['ack INC-12', { deed: 'acknowledge', incident: 'INC-12' }],
  ['1 #12', { deed: 'acknowledge', incident: 'INC-12' }],
  ['2', { deed: 'escalate' }],
  ['Esc 7.', { deed: 'escalate', incident: 'INC-7' }],
  ['3', { deed: 'resolve' }],
  ['Resolved inc12', { deed: 'resolve', incident: 'INC-12' }],
  ['NOTE: DNS is the cause', { deed: 'note', text: 'DNS is the cause' }],
  ['note INC-12 DNS', { deed: 'note', incident: 'INC-12', text: 'DNS' }],
  ['note 12 servers are down', { deed: 'note', text: '12 servers are down' }],
])('“%s”', (body, expected) => {
  expect(readSms(body)).toEqual(expected);
});

describe('is not guessed at', () => {
  test.each(['', '4', '11', '1 or 2', 'no', 'ack? what is this', 'resolve DNS', 'note', 'acknowledging'])(
    '“%s”',
    (body) => {
      expect(readSms(body)).toBe('unclear');
    },
  );
});

test.each(['STOP', 'stop.', 'Unsubscribe', 'START', 'help', 'yes', 'Cancel', 'end'])(
  '“%s” is Twilio’s',
  (body) => {
    expect(readSms(body)).toBe('left to Twilio');
  },
);

test('whatever is sent, it is read in no time, and a note has no more than 2,000 characters of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(40), (text, times) => {
      const read = readSms(`note x${text.repeat(times)}`);
      expect(typeof read === 'object' && read.text !== undefined && read.text.length <= 2000).toBe(true);
    }),
  );
});
