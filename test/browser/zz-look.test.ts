import { test } from 'vitest';
import { createWorld } from '../harness/world.ts';
import { buildPage, openBrowser } from './chromium.ts';
import { personAt } from './person.ts';
test('loop', async () => {
  await buildPage();
  const browser = await openBrowser();
  const world = await createWorld({ page: true });
  await world.startBot(); const page = await browser.context.newPage();
  page.setDefaultTimeout(3000);
  const posts: string[] = [];
  page.on('request', (r) => r.url().includes('/page/stack') && posts.push(`> ${r.postData()}`));
  page.on('response', async (r) => r.url().includes('/page/stack') && posts.push(`< ${r.status()} ${await r.text()}`));
  await page.goto(world.workspace.url);
  const person = personAt(page);
  await person.composer.waitFor();
  for (let i = 0; i < 25; i += 1) {
    posts.length = 0; await page.reload(); await person.composer.waitFor();
    try {
      await person.breaks('Certificate expired');
      await person.breaks('Renewal fails');
    } catch (e) {
      console.log(i, posts.join('\n'), JSON.stringify((await world.stack.state()).faults.filter((f) => f.active).map((f) => f.id)), await person.stack.innerText());
      await page.reload(); await person.composer.waitFor();
    }
    await person.stack.getByRole('button', { name: 'Mend everything' }).click();
    await person.stack.getByText('Healthy:').waitFor();
  }
  await page.close(); await browser.close(); await world.close();
}, 120_000);
