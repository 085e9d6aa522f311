/**
 * Takes pictures of the page: light, dark, 320 px wide and printed.
 *
 *   node screenshots.mjs DIRECTORY [FILE [TIME]]
 *
 * shows the demonstration, and FILE as of TIME when one is given. With STUB=STATE it shows a
 * report drawn by hand in that state instead, from the sources of the page.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { WWW, demonstrate, launch, open, openAll, serve, settled, site, stub } from './page.mjs';

const [directory, file, time] = process.argv.slice(2);
if (!directory) throw new Error('usage: node screenshots.mjs DIRECTORY [FILE [TIME]]');
await mkdir(directory, { recursive: true });

const state = process.env.STUB;
const server = state ? await serve(WWW) : await site();
const browser = await launch();

await shoot('demonstration', async () => {});
if (file) {
  await shoot('file', async (page) => {
    if (time) {
      await page.locator('.options summary').click();
      await page.locator('#time').fill(time.slice(0, 16));
      await page.locator('.options summary').click();
    }
    await page.locator('#files').setInputFiles(file);
    await settled(page);
    await page.evaluate(() => scrollTo(0, 0));
  });
}

await browser.close();
await server.close();

async function shoot(name, prepare) {
  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    narrow: { colorScheme: 'light', viewport: { width: 320, height: 800 } },
  };
  for (const [look, context] of Object.entries(looks)) {
    const { page, context: opened } = await open(browser, {
      url: server.url,
      context,
      routes: state ? stub(state) : {},
    });
    await demonstrate(page);
    await prepare(page);
    await page.screenshot({ path: join(directory, `${name}-${look}.png`), fullPage: true });
    if (look === 'light') {
      await page.screenshot({ path: join(directory, `${name}-first.png`) });
      await writeFile(join(directory, `${name}.pdf`), await page.pdf({ format: 'A4' }));
      await openAll(page);
      await page.screenshot({ path: join(directory, `${name}-open.png`), fullPage: true });
      await page.emulateMedia({ media: 'print' });
      await page.screenshot({ path: join(directory, `${name}-print.png`), fullPage: true });
    }
    await opened.close();
  }
}
