/** Slack's mrkdwn on the workspace's page: what an incident's text is made of must come out letter by letter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { richText } from '../../sandbox/page/blocks/mrkdwn.ts';

const inOneSection = (mrkdwn: string) => {
  const [section, ...more] = richText(mrkdwn).elements;
  expect(more).toEqual([]);
  expect(section?.type).toBe('rich_text_section');
  return section?.elements;
};
const text = (value: string, style?: Record<string, true>) => ({
  type: 'text',
  text: value,
  ...(style && { style }),
});

describe('what Slack leaves alone', () => {
  test.each([
    'at 12:30:45',
    '4f:9a:02:e1',
    'snake_case_name',
    '2*3*4 and x * y',
    '# not a heading',
    '- not a list',
    '[no](link)',
    'foo\n---\nbar',
    'C:\\dir',
    '**',
    ':no_such_emoji:',
  ])('%s', (plain) => {
    expect(inOneSection(plain)).toEqual([text(plain)]);
  });
});

describe('what Slack marks up', () => {
  test.each([
    [
      '*bold* _it_ ~gone~',
      [
        text('bold', { bold: true }),
        text(' '),
        text('it', { italic: true }),
        text(' '),
        text('gone', { strike: true }),
      ],
    ],
    [
      '`*.paksa.test` is *wild*',
      [text('*.paksa.test', { code: true }), text(' is '), text('wild', { bold: true })],
    ],
    [
      '*a `b*` c*',
      [text('a ', { bold: true }), text('b*', { bold: true, code: true }), text(' c', { bold: true })],
    ],
    [
      '<@U1|dana>: see <#C1|ops>',
      [{ type: 'user', user_id: 'U1' }, text(': see '), { type: 'channel', channel_id: 'C1' }],
    ],
    [
      '<!subteam^S1|@dev> <!here>',
      [{ type: 'usergroup', usergroup_id: 'S1' }, text(' '), { type: 'broadcast', range: 'here' }],
    ],
    [
      '<https://a.b/c_d?x=1&amp;y=2|the page>',
      [{ type: 'link', url: 'https://a.b/c_d?x=1&y=2', text: 'the page' }],
    ],
    ['https://a.b/c.', [{ type: 'link', url: 'https://a.b/c' }, text('.')]],
    ['<javascript:alert(1)|x>', [text('<javascript:alert(1)|x>')]],
    ['<!date^1795000000^{date_num}|soon>', [{ type: 'date', timestamp: 1795000000, format: '{date_num}' }]],
    ['a &lt;b&gt; &amp;amp;', [text('a <b> &amp;')]],
    [':wrench: ok', [text('🔧'), text(' ok')]],
  ])('%s', (mrkdwn, elements) => {
    expect(inOneSection(mrkdwn)).toEqual(elements);
  });

  test('quotes and code stand by themselves', () => {
    expect(richText('before\n&gt; said\n&gt; twice\n```x *y*\nz```\nafter').elements).toEqual([
      { type: 'rich_text_section', elements: [text('before')] },
      { type: 'rich_text_quote', elements: [text('said\ntwice')] },
      { type: 'rich_text_preformatted', elements: [text('x *y*\nz')] },
      { type: 'rich_text_section', elements: [text('after')] },
    ]);
  });
});

test('no letter or digit is ever lost', () => {
  const letters = (value: string) => value.replaceAll(/[^a-z0-9]/g, '');
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9 *_~.:\n]{0,60}$/), (mrkdwn) => {
      const drawn = richText(mrkdwn).elements.flatMap((block) =>
        'elements' in block ? block.elements.map((element) => ('text' in element ? element.text : '')) : [],
      );
      fc.pre(!/:[a-z0-9_]+:/.test(mrkdwn));
      expect(letters(drawn.join(''))).toBe(letters(mrkdwn));
    }),
  );
});
