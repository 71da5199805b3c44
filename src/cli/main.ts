/** `npx paksa …`: runs one command, and ends with its code. */
import { messageOf, UserError } from '../errors.ts';
import { run, UsageError } from './run.ts';
import { EXIT } from './usage.ts';

try {
  process.exitCode = await run(process.argv.slice(2), process.env);
} catch (error) {
  console.error(error instanceof UserError ? messageOf(error) : error);
  if (error instanceof UsageError) console.error('\n“paksa help” says what there is.');
  // Not having been able to look is no finding.
  process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.inconclusive;
}
