/** A program that need be run only once: in the replica that serves best. */
import type { Everywhere, Exec } from './port.ts';

export const inFirst =
  (everywhere: Everywhere): Exec =>
  async (command, options) => {
    const [first] = await everywhere(options.signal);
    return first.exec(command, options);
  };
