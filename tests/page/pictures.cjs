// pictures.cjs FOLDER: pictures of the pages city-en.html and city-zh.html in FOLDER, for pictures.sh.
'use strict';
const path = require('path');
const { chromium } = require('playwright-core');
const folder = process.argv[2];

async function picture(browser, language, hash, name, height, selector) {
  const page = await browser.newPage({ viewport: { width: 1180, height } });
  await page.goto('file://' + path.join(folder, 'city-' + language + '.html') + hash);
  if (hash) await page.waitForFunction(id => document.querySelector(id + ' .live') || !window.cytoscape, hash);
  await page.waitForTimeout(500);
  const to = { path: path.join(folder, name + '.png') };
  if (selector) await page.locator(selector).screenshot(to);
  else await page.screenshot(to);
  await page.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const language of ['en', 'zh']) {
    await picture(browser, language, '', 'first-' + language, 1000);
    await picture(browser, language, '#R0001', 'lead-' + language, 1345);
  }
  await picture(browser, 'en', '#R0001', 'ring', 1345, '#R0001 .canvas');
  await browser.close();
})().catch(error => { console.error(error); process.exit(1); });
