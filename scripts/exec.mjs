// Starts other programs: quietly, keeping what they say for when they fail, or in our place, with signals passed on.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} 127 when the program is not there
 */
export function quietly(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Somebody who presses Ctrl-C again after this, in milliseconds, will not wait. Sooner, it is the same press. */
const PATIENCE_MS = 1000;

/** Node keeps what it has compiled here: programs are up in two thirds of the time. Where it may not write, it does without. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));

/**
 * Runs a program in our place: its terminal is ours, signals reach it, and its exit code is the answer.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function inOurPlace(program, args, options = {}) {
  const env = { NODE_COMPILE_CACHE, ...process.env };
  const child = spawn(program, args, { env, ...options, stdio: 'inherit' });
  let asked = 0;
  const pass = (signal) => {
    const again = asked > 0 && performance.now() - asked > PATIENCE_MS;
    asked ||= performance.now();
    child.kill(again ? 'SIGKILL' : signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.removeListener(name, pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
