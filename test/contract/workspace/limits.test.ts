/** Slack's limits: each at its edge, and one past it. */
import { expect, test } from 'vitest';
import { validateMessage, validateView } from '../../../sandbox/workspace/block-kit.ts';

type Json = Record<string, unknown>;

const chars = (length: number) => 'é'.repeat(length);
const plain = (length: number) => ({ type: 'plain_text', text: chars(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: chars(length) });
const many = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (index: number) => ({ text: plain(1), value: String(index) });
const actions = (...elements: Json[]) => [{ type: 'actions', elements }];
const button = (extra: Json = {}) => ({ type: 'button', text: plain(1), ...extra });
const select = (extra: Json = {}) => ({ type: 'static_select', options: [option(1)], ...extra });
const section = (extra: Json = {}) => [{ type: 'section', text: mrkdwn(1), ...extra }];
const confirm = (extra: Json = {}) =>
  actions(
    button({ confirm: { title: plain(1), text: plain(1), confirm: plain(1), deny: plain(1), ...extra } }),
  );
const richText = {
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
};
const task = (extra: Json = {}) => ({
  type: 'task_card',
  task_id: 'a',
  title: 'x',
  status: 'pending',
  ...extra,
});

/** Block Kit of a size, by what is limited: the last size that is taken, and how to make it. */
const limits: [string, number, (size: number) => unknown][] = [
  ['blocks of a message', 50, (size) => many(size, () => ({ type: 'divider' }))],
  ['block_id', 255, (size) => [{ type: 'divider', block_id: chars(size) }]],
  ['action_id', 255, (size) => actions(button({ action_id: chars(size) }))],
  ['section text', 3000, (size) => [{ type: 'section', text: mrkdwn(size) }]],
  ['section fields', 10, (size) => [{ type: 'section', fields: many(size, () => mrkdwn(1)) }]],
  ['section field', 2000, (size) => [{ type: 'section', fields: [mrkdwn(size)] }]],
  ['header', 150, (size) => [{ type: 'header', text: plain(size) }]],
  ['context elements', 10, (size) => [{ type: 'context', elements: many(size, () => mrkdwn(1)) }]],
  ['action elements', 25, (size) => actions(...many(size, () => button()))],
  ['button text', 75, (size) => actions(button({ text: plain(size) }))],
  ['button value', 2000, (size) => actions(button({ value: chars(size) }))],
  ['button url', 3000, (size) => actions(button({ url: chars(size) }))],
  ['confirm title', 100, (size) => confirm({ title: plain(size) })],
  ['confirm text', 300, (size) => confirm({ text: plain(size) })],
  ['confirm button', 30, (size) => confirm({ confirm: plain(size) })],
  ['deny button', 30, (size) => confirm({ deny: plain(size) })],
  ['select options', 100, (size) => actions(select({ options: many(size, option) }))],
  ['option text', 75, (size) => actions(select({ options: [{ text: plain(size), value: 'x' }] }))],
  ['option value', 150, (size) => actions(select({ options: [{ text: plain(1), value: chars(size) }] }))],
  [
    'option description',
    75,
    (size) => actions(select({ options: [{ ...option(1), description: plain(size) }] })),
  ],
  ['placeholder', 150, (size) => actions(select({ placeholder: plain(size) }))],
  [
    'overflow options',
    5,
    (size) => section({ accessory: { type: 'overflow', options: many(size, option) } }),
  ],
  ['radio buttons', 10, (size) => actions({ type: 'radio_buttons', options: many(size, option) })],
  ['checkboxes', 10, (size) => actions({ type: 'checkboxes', options: many(size, option) })],
  [
    'input label',
    2000,
    (size) => [{ type: 'input', label: plain(size), element: { type: 'plain_text_input' } }],
  ],
  [
    'image alt text',
    2000,
    (size) => [{ type: 'image', image_url: 'https://x.example', alt_text: chars(size) }],
  ],
  ['markdown', 12_000, (size) => [{ type: 'markdown', text: chars(size) }]],
  [
    'table rows',
    100,
    (size) => [{ type: 'table', rows: many(size, () => [{ type: 'raw_text', text: 'x' }]) }],
  ],
  [
    'table cells',
    20,
    (size) => [{ type: 'table', rows: [many(size, () => ({ type: 'raw_text', text: 'x' }))] }],
  ],
  ['alert text', 200, (size) => [{ type: 'alert', text: plain(size) }]],
  ['container title', 150, (size) => [{ type: 'container', title: plain(size), child_blocks: section() }]],
  [
    'container children',
    10,
    (size) => [{ type: 'container', title: plain(1), child_blocks: many(size, () => section()[0]) }],
  ],
  ['text in all', 12_000, (size) => many(6, () => ({ type: 'section', text: mrkdwn(size / 6) }))],
];

test.each(limits)('%s: %i', (_name, limit, make) => {
  expect(validateMessage(make(limit))).toEqual([]);
  const step = _name === 'text in all' ? 6 : 1;
  const refused = validateMessage(make(limit + step));
  expect(refused).not.toEqual([]);
  for (const sentence of refused) expect(sentence).toMatch(/\[json-pointer:\/blocks/);
});

const modal = (extra: Json = {}) => ({ type: 'modal', title: plain(1), blocks: section(), ...extra });

test.each<[string, number, (size: number) => unknown]>([
  ['blocks', 100, (size) => modal({ blocks: many(size, () => ({ type: 'divider' })) })],
  ['title', 24, (size) => modal({ title: plain(size) })],
  ['submit', 24, (size) => modal({ submit: plain(size) })],
  ['close', 24, (size) => modal({ close: plain(size) })],
  ['private_metadata', 3000, (size) => modal({ private_metadata: chars(size) })],
  ['callback_id', 255, (size) => modal({ callback_id: chars(size) })],
  ['external_id', 255, (size) => modal({ external_id: chars(size) })],
  ['blocks of a home', 100, (size) => ({ type: 'home', blocks: many(size, () => ({ type: 'divider' })) })],
])('view %s: %i', (_name, limit, make) => {
  expect(validateView(make(limit))).toEqual([]);
  expect(validateView(make(limit + 1))).toEqual([expect.stringMatching(/\[json-pointer:\/view/)]);
});

test('code points are counted, not UTF-16 units', () => {
  expect(validateMessage([{ type: 'header', text: { type: 'plain_text', text: '🔥'.repeat(150) } }])).toEqual(
    [],
  );
});

test.each<[string, unknown, string]>([
  [
    'a type that is not known',
    [{ type: 'banner' }],
    'unsupported type: banner [json-pointer:/blocks/0/type]',
  ],
  [
    'an element in the wrong place',
    actions({ type: 'plain_text_input' }),
    'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
  ],
  ['no type', [{}], 'missing required field: type [json-pointer:/blocks/0]'],
  [
    'a field too many',
    [{ type: 'divider', colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['a field too few', [{ type: 'header' }], 'missing required field: text [json-pointer:/blocks/0]'],
  [
    'an empty text',
    section({ text: { type: 'mrkdwn', text: '' } }),
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'formatting where plain text belongs',
    [{ type: 'header', text: mrkdwn(1) }],
    'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
  ],
  ['nothing in a section', [{ type: 'section' }], 'must provide text or fields [json-pointer:/blocks/0]'],
  [
    'no options',
    actions(select({ options: [] })),
    'no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/options]',
  ],
  [
    'a text that is none',
    [{ type: 'header', text: { type: 'plain_text', text: 1 } }],
    'must provide a string [json-pointer:/blocks/0/text/text]',
  ],
  [
    'an action_id twice in a block',
    actions(button({ action_id: 'go' }), button({ action_id: 'go' })),
    '`action_id` "go" already exists for `block_id` "" [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'a block_id twice, once in a container',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'container', title: plain(1), child_blocks: [{ type: 'divider', block_id: 'a' }] },
    ],
    '`block_id` "a" already exists [json-pointer:/blocks/1/child_blocks/0/block_id]',
  ],
  [
    'two tables',
    many(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] })),
    'only_one_table_allowed [json-pointer:/blocks]',
  ],
])('refused: %s', (_name, blocks, sentence) => {
  expect(validateMessage(blocks)).toEqual([sentence]);
});

test('the same action_id in two blocks is fine', () => {
  expect(validateMessage(many(2, () => actions(button({ action_id: 'go' }))[0]))).toEqual([]);
});

test('newer blocks are taken, where they belong', () => {
  const blocks = [
    {
      type: 'plan',
      title: 'Renew',
      tasks: [task({ status: 'complete' }), task({ task_id: 'b', output: richText })],
    },
    task({ details: richText, sources: [{ type: 'url', url: 'https://x.example', text: 'x' }] }),
    {
      type: 'table',
      rows: [[{ type: 'raw_number', value: 1, text: '1' }, richText]],
      column_settings: [{ align: 'right' }, null],
    },
    {
      type: 'container',
      title: plain(1),
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: section(),
    },
  ];
  expect(validateMessage(blocks)).toEqual([]);
  expect(validateView(modal({ blocks: [task()] }))).toEqual([
    'unsupported type: task_card [json-pointer:/view/blocks/0/type]',
  ]);
  expect(validateMessage([task({ status: 'done' })])).toEqual([
    'must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]',
  ]);
});

test('a modal with an input needs something to submit it with', () => {
  const blocks = [{ type: 'input', label: plain(1), element: { type: 'plain_text_input' } }];
  expect(validateView(modal({ blocks }))).toEqual(['missing required field: submit [json-pointer:/view]']);
  expect(validateView(modal({ blocks, submit: plain(1) }))).toEqual([]);
});
