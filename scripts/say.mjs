// What the scripts print: one aligned line a phase, with how long it took, and sentences for what went wrong.
import process from 'node:process';

const LABEL = 14;
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s`;

/**
 * Runs `work` under a line of its own. On a terminal the line counts the seconds; elsewhere it is written when it is done.
 * @template Result
 * @param {string} label
 * @param {string} doing what is being done, shown meanwhile
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function phase(label, doing, work) {
  const began = performance.now();
  const begin = `  ${label.padEnd(LABEL)}`;
  const clear = process.stdout.isTTY ? '\r\u001b[2K' : '';
  const draw = () => process.stdout.write(`${clear}${begin}${seconds(began)}  ${doing}`);
  const ticking = clear ? setInterval(draw, 1000) : undefined;
  if (clear) draw();
  else process.stdout.write(`${begin}${doing} …\n`);
  try {
    const result = await work();
    process.stdout.write(`${clear}${begin}${seconds(began)}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`${clear}${begin}${seconds(began)}  failed\n`);
    throw error;
  } finally {
    clearInterval(ticking);
  }
}

/** Something that the person at the terminal can put right; its message says how. */
export class Stop extends Error {}

/**
 * Runs a script to its end. A `Stop` is a sentence on standard error; anything else is a bug and keeps its stack.
 * @param {() => Promise<number>} main answers the exit code
 */
export async function run(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(error instanceof Stop ? `\n${error.message}\n\n` : `${error?.stack ?? error}\n`);
    process.exitCode = 1;
  }
}
