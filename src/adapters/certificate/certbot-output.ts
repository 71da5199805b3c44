/** certbot's own reason for a failure, out of pages of rulers and advice. */

const MOST_CHARACTERS = 600;

/** What it prints around every failure, whatever the reason. */
const BOILERPLATE =
  /^(- )+-?$|^-+$|^Saving debug log|^Processing |^Renewing an existing|^Ask for help|^All renewals failed|\(failure\)$|^\d+ renew failure|^The following (renewals|certificates)|^Certbot failed to authenticate/;

/** The lines in which it names the cause: the summary, and the ACME server's answer. */
const CAUSE =
  /with error: |^\s*(Detail|Type|Hint|Error):|^(An unexpected error|Another instance|The error was)/;

export function reasonOf(output: string, exitCode: number): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !BOILERPLATE.test(line));
  const causes = lines.filter((line) => CAUSE.test(line)).map((line) => line.replace(/^.* with error: /, ''));
  const told = [...new Set(causes.length > 0 ? causes : lines.slice(-3))].join(' ');
  if (told === '') return exitCode > 128 ? 'it was killed.' : `it ended with code ${exitCode} and no word.`;
  return told.length > MOST_CHARACTERS ? `${told.slice(0, MOST_CHARACTERS - 1)}…` : told;
}
