import { service, FAULTS } from './faults.mjs';
import { launch, open, settled, site } from './page.mjs';
const browser = await launch(); const s = await site();
const only = process.argv[2];
for (const [name, opt] of [['light',{colorScheme:'light'}],['dark',{colorScheme:'dark'}],['narrow',{colorScheme:'light',viewport:{width:320,height:800}}]]) {
  if (only && only !== name) continue;
  const { page } = await open(browser, { url: s.url, context: opt });
  await settled(page); await page.waitForSelector('.known [data-subject]');
  await page.click('[data-subject="darkbloom"]');
  await page.evaluate(() => scrollTo(0,0));
  await page.screenshot({ path: `/tmp/d2shots/${name}-plan.png`, clip: { x:0,y:0,width: opt.viewport?.width ?? 1100, height: 1500 }, fullPage: true });
  await page.click('#recorded');
  await page.waitForFunction(() => document.activeElement?.id === 'verdict-heading');
  await page.screenshot({ path: `/tmp/d2shots/${name}-recorded.png`, fullPage: true });
  const c = await service(FAULTS['no CORS']);
  await page.fill('#address', c.origin); await page.press('#address','Enter'); await page.waitForSelector('.plan:not([hidden])');
  await page.click('#ask'); await page.waitForFunction(() => document.activeElement?.id === 'verdict-heading');
  await page.evaluate(() => scrollTo(0,0));
  await page.screenshot({ path: `/tmp/d2shots/${name}-nocors.png`, clip: { x:0,y:0,width: opt.viewport?.width ?? 1100, height: 2000 }, fullPage: true });
  await c.close();
}
await browser.close(); await s.close();
