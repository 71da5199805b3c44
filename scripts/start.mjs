// `npm start`: installs what is missing, then runs the bot: against Slack when SLACK_BOT_TOKEN is set, else in the sandbox.
import process from 'node:process';
import { inOurPlace } from './exec.mjs';
import { install, NODE, ROOT } from './install.mjs';
import { buildPage } from './page.mjs';
import { run } from './say.mjs';

await run(async () => {
  const real = Boolean(process.env.SLACK_BOT_TOKEN);
  process.stdout.write(real ? '\n  Paksa, for Slack\n\n' : '\n  Paksa, in a workspace of its own\n\n');
  if (process.getuid?.() === 0 && !process.env.DATABASE_URL)
    process.stdout.write(
      '  You are root. That is fine: PostgreSQL, which refuses to be, runs as the user `postgres`.\n\n',
    );
  await install();
  if (!real) await buildPage();
  const main = real ? 'src/main.ts' : 'sandbox/main.ts';
  return inOurPlace(NODE, [main, ...process.argv.slice(2)], { cwd: ROOT });
});
