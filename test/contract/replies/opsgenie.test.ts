/** What is done at Opsgenie or in Jira Service Management, told with a token and the alias that Paksa gave. */
import { expect, test } from 'vitest';
import { type OpsgenieAction, opsgenieAction, post, tellOfOpsgenie } from '../../harness/paging/replies.ts';
import { givenPort, SECRET } from './given.ts';

const given = givenPort();
const DANA = 'at:Opsgenie/dana@example.com';
const tell = async (action: OpsgenieAction) => {
  expect(await tellOfOpsgenie(given.url('genie'), action, SECRET)).toMatchObject({ status: 202 });
  await given().work();
};

test.each([
  ['Acknowledge', { status: 'acknowledged', answeredBy: DANA }],
  ['TakeOwnership', { status: 'acknowledged', answeredBy: DANA }],
  ['Close', { status: 'resolved', answeredBy: DANA }],
  ['EscalateNext', { status: 'open', ladder: { level: 2 } }],
])('%s by a person is theirs here', async (action, expected) => {
  const { id, key } = await given().paged('genie');
  await tell({ action, alias: key });
  expect(await given().incident(id)).toMatchObject(expected);
});

test('UnAcknowledge takes it back; AddNote is a note', async () => {
  const { id, key } = await given().paged('genie');
  await tell({ action: 'Acknowledge', alias: key });
  await tell({ action: 'UnAcknowledge', alias: key });
  expect(await given().incident(id)).toMatchObject({ status: 'open' });
  await tell({ action: 'AddNote', alias: key, note: 'DNS is the cause' });
  expect((await given().since(id)).at(-1)).toEqual({ type: 'noted', text: 'DNS is the cause', actor: DANA });
});

test('what Paksa itself did there, or its rules do, ends nothing here', async () => {
  const { id, key } = await given().paged('genie');
  await tell({ action: 'Acknowledge', alias: key, username: 'Paksa' });
  await tell({ action: 'Close', alias: key, username: 'System' });
  expect(await given().incident(id)).toMatchObject({ status: 'open' });
});

test('the same action twice is one; two by the same person are two', async () => {
  const { id, key } = await given().paged('genie');
  const action = { action: 'AddNote', alias: key, note: 'once', updatedAt: 1_420_452_191_104_000_000 };
  await tell(action);
  await tell(action);
  await tell({ ...action, updatedAt: action.updatedAt + 1_000_000 });
  expect(await given().since(id)).toHaveLength(2);
});

test.each([
  ['Create', 'the key'],
  ['AssignOwnership', 'the key'],
  ['Acknowledge', 'another alert’s'],
])('%s of %s is acknowledged and not kept', async (action, whose) => {
  const { key } = await given().paged('genie');
  const alias = whose === 'the key' ? key : 'aliastest';
  expect(await tellOfOpsgenie(given.url('genie'), { action, alias }, SECRET)).toEqual({
    status: 202,
    said: '{"status":"ignored"}',
  });
});

test('the token may be the password of HTTP basic too; in the address it is not looked for', async () => {
  const { id, key } = await given().paged('genie');
  const body = opsgenieAction({ action: 'Acknowledge', alias: key });
  const inAddress = await post(`${given.url('genie')}?token=${SECRET}`, body, {});
  expect(inAddress.status).toBe(401);
  const authorization = `Basic ${Buffer.from(`opsgenie:${SECRET}`).toString('base64')}`;
  expect(await post(given.url('genie'), body, { authorization })).toMatchObject({ status: 202 });
  await given().work();
  expect(await given().incident(id)).toMatchObject({ status: 'acknowledged' });
});
