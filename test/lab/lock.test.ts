/** One lab a machine: who has it, who uses it, and what happens when either ends. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it, vi } from 'vitest';
import { takeLock, visit } from './lock.ts';

const HOLDER = fileURLToPath(new URL('lock-holder.ts', import.meta.url));
let name: string;

beforeEach(() => {
  name = `\0paksa-lab-test-${randomBytes(6).toString('hex')}`;
});

it('is one holder’s, and guests are told as soon as there is something to tell', async () => {
  const { promise: answer, resolve: tell } = Promise.withResolvers<string>();
  const lock = await takeLock(answer, name);
  expect(await takeLock(answer, name)).toBeUndefined();
  const asked = vi.fn();
  void lock?.untilAsked().then(asked);
  expect(asked).not.toHaveBeenCalled();
  const visiting = visit(name);
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  tell('here');
  const guest = await visiting;
  expect(guest?.answer).toBe('here');
  expect(lock?.guests()).toBe(1);

  const alone = lock?.untilAlone();
  guest?.leave();
  await alone;
  await lock?.release();
  expect(await visit(name)).toBeUndefined();
});

it('turns guests away when it is about to end, and is free afterwards', async () => {
  const lock = await takeLock(Promise.resolve('here'), name);
  const guest = await visit(name);
  lock?.refuseGuests();
  expect(await visit(name)).toBeUndefined();
  expect(lock?.guests()).toBe(1);
  await lock?.release();
  guest?.leave();

  const next = await takeLock(Promise.resolve('next'), name);
  expect(await visit(name)).toMatchObject({ answer: 'next' });
  await next?.release();
});

it('is free again when its holder is killed, and the waiting guest learns of it', async () => {
  const holder = fork(HOLDER, [name.slice(1)]);
  await once(holder, 'message');
  expect(await takeLock(Promise.resolve(''), name)).toBeUndefined();
  const waiting = visit(name);
  holder.kill('SIGKILL');
  expect(await waiting).toBeUndefined();
  const lock = await vi.waitUntil(() => takeLock(Promise.resolve('next'), name));
  await lock.release();
});
