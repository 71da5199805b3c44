/** Messages as Paksa writes them, for tests of the page that need no bot. */

const text = (value: string) => ({ type: 'mrkdwn', text: value });
const plain = (value: string) => ({ type: 'plain_text', text: value, emoji: true });

export const findings = [
  { type: 'header', text: plain('SSL certificate issues') },
  {
    type: 'context',
    elements: [text('*Incident 7* · severity *high* · asked by <@U1> · <!subteam^S1> looks after this')],
  },
  {
    type: 'section',
    text: text(
      ':red_circle: *Certificate the server presents* expires in 3 days\n' +
        ':large_green_circle: *Chain* is complete, `leaf → Sandbox CA`\n' +
        ':white_circle: *Certificate file on disk* could not be read: _no file configured_',
    ),
  },
  {
    type: 'section',
    fields: [
      text('*Subject*\n`shop.paksa.test`'),
      text('*Issuer*\nPaksa sandbox CA'),
      text('*Valid until*\n<!date^1795000000^{date_short_pretty} at {time}|soon>'),
      text('*Serial*\n`4f:9a:02:e1`'),
    ],
  },
  { type: 'divider' },
  {
    type: 'actions',
    block_id: 'fixes',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        text: plain('Renew with certbot'),
        value: '7:renew:1',
        style: 'primary',
      },
      {
        type: 'button',
        action_id: 'undo',
        text: plain('Put the old one back'),
        value: '7:undo:1',
        style: 'danger',
        confirm: {
          title: plain('Put it back?'),
          text: text('The old certificate of `shop.paksa.test` expires *in 3 days*.'),
          confirm: plain('Put it back'),
          deny: plain('Keep the new one'),
          style: 'danger',
        },
      },
      { type: 'button', action_id: 'guide', text: plain('Guide'), url: 'https://example.com/guide' },
      {
        type: 'overflow',
        action_id: 'more',
        options: [
          { text: plain(':bell: Escalate now'), value: 'escalate' },
          { text: plain('Resolve'), value: 'resolve' },
        ],
      },
    ],
  },
  {
    type: 'section',
    block_id: 'assign',
    text: text('Who looks after it?'),
    accessory: { type: 'users_select', action_id: 'assignee', placeholder: plain('Choose a person') },
  },
  {
    type: 'container',
    title: plain('Evidence'),
    subtitle: plain('4 lines'),
    is_collapsible: true,
    default_collapsed: true,
    child_blocks: [
      { type: 'section', text: text('```notAfter=Nov 26 12:00:00\nissuer=CN=Paksa sandbox CA```') },
    ],
  },
];

const line = (value: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: value }] }],
});

export const progress = [
  {
    type: 'plan',
    title: 'Renewing the certificate of shop.paksa.test',
    tasks: [
      { type: 'task_card', task_id: '1', title: 'Keep the old certificate and key', status: 'complete' },
      {
        type: 'task_card',
        task_id: '2',
        title: 'Ask certbot for a new one',
        status: 'in_progress',
        details: line('Waiting for the authority'),
      },
      { type: 'task_card', task_id: '3', title: 'Look at the port again', status: 'pending' },
      { type: 'task_card', task_id: '4', title: 'Tell level 2', status: 'error' },
    ],
  },
];

export const done = [
  {
    type: 'section',
    text: text(':white_check_mark: *Renewed.* The port presents a certificate valid for 90 more days.'),
  },
];

export const proposal = {
  type: 'modal',
  id: 'V1',
  title: 'Diagnose',
  submit: 'Look',
  close: 'Cancel',
  blocks: [
    { type: 'section', text: text('Paksa only *looks*: a diagnosis changes nothing.') },
    {
      type: 'input',
      block_id: 'topic',
      label: plain('Topic'),
      element: {
        type: 'static_select',
        action_id: 'choice',
        options: [
          { text: plain('SSL certificates'), value: 'ssl' },
          { text: plain('Slow queries'), value: 'slow-queries' },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'host',
      label: plain('Host'),
      hint: plain('As in the address, without https://'),
      element: { type: 'plain_text_input', action_id: 'name' },
    },
    {
      type: 'input',
      block_id: 'options',
      label: plain('Also'),
      optional: true,
      element: {
        type: 'checkboxes',
        action_id: 'picked',
        options: [
          { text: text('Check *old protocols*'), value: 'protocols', description: plain('TLS 1.0 and 1.1') },
          { text: text('Check the clock'), value: 'clock' },
        ],
      },
    },
  ],
};
