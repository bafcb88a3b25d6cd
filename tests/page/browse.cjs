// browse.cjs FOLDER PICTURES: opens the pages of FOLDER (made by run.sh) in Chromium and works them as a reader does.
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium, firefox } = require('playwright-core');
const [, , folder, pictures] = process.argv;
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const failures = [];
let checks = 0;

function check(what, good, seen) {
  checks++;
  if (good) return;
  failures.push(what + (seen === undefined ? '' : ': ' + JSON.stringify(seen)));
}
const same = (what, seen, wanted) => check(what, JSON.stringify(seen) === JSON.stringify(wanted), { seen, wanted });

// A tab that notes all that must not happen: requests, errors, dialogs.
async function open(browser, name, options = {}) {
  const chromiumOnly = options.firefox ? {} : { bypassCSP: !!options.axe, offline: true };
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...chromiumOnly, ...options.context });
  context.setDefaultTimeout(180000); // for what hangs, on a busy machine too
  const page = await context.newPage();
  const url = 'file://' + path.join(folder, name + '.html');
  const seen = [];
  page.on('console', message => { if (message.type() !== 'log') seen.push('console: ' + message.text()); });
  page.on('pageerror', error => seen.push('error: ' + error.message));
  page.on('request', request => { if (request.url().split('#')[0] !== url) seen.push('request: ' + request.url()); });
  page.on('dialog', dialog => { seen.push('dialog: ' + dialog.message()); dialog.dismiss(); });
  await page.goto(url + (options.hash || ''));
  page.done = async what => {
    same(name + ' ' + what + ': nothing else happens', seen, []);
    await context.close();
  };
  return page;
}
// Follows an anchor; the page answers in a task of its own.
const go = (page, hash) => page.evaluate(to => new Promise(done => { location.hash = to; setTimeout(done, 100); }), hash);
const shown = page => page.$$eval('table.leads tbody tr', rows => rows.filter(row => !row.hidden).map(row => row.cells[1].textContent));
const column = (page, n) => page.$$eval('table.leads tbody tr', (rows, at) => rows.filter(row => !row.hidden).map(row => row.cells[at].textContent), n);
const numbers = texts => texts.map(text => parseFloat(text.replace(/,/g, '')));
const picture = (page, name, options) => page.screenshot({ path: path.join(pictures, name + '.png'), ...options });

async function firstScreen(browser) {
  let page, paint;
  for (let n = 0; n < 5 && !(paint < 2000); n++) { // a busy machine delays one, not each
    if (page) await page.done('opened');
    page = await open(browser, 'city-en');
    paint = await page.evaluate(() => performance.getEntriesByType('paint').map(entry => entry.startTime).pop());
  }
  check('first paint under 2 s', paint < 2000, paint);
  await picture(page, 'first');
  const leads = await shown(page);
  check('ten leads or so', leads.length >= 8, leads.length);
  check('rows and money add up', await page.locator('text=Rows and money add up').isVisible());
  check('the reconciliation, what was examined and the leads are on the first screen',
    (await page.locator('#leads h2').boundingBox()).y < 900 && await page.locator('#not-examined').isVisible());
  // sorting, by mouse and by keyboard
  await page.click('table.leads th:nth-child(8) button');
  const money = numbers(await column(page, 7));
  same('sorted by money, most first', money, [...money].sort((a, b) => b - a));
  await page.focus('table.leads th:nth-child(6) button');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  const people = numbers(await column(page, 5));
  same('sorted by people, fewest first', people, [...people].sort((a, b) => a - b));
  check('the heading says so', await page.locator('table.leads th[aria-sort="ascending"]').textContent() === 'people');
  // filters
  await page.selectOption('#by-pattern', 'batch');
  same('only batch', [...new Set(await column(page, 2))], ['batch']);
  await page.selectOption('#by-pattern', '');
  const region = await page.$$eval('#by-region optgroup:last-child option', options => options.map(option => option.value));
  await page.selectOption('#by-region', region[0]);
  const some = await shown(page);
  check('a region leaves some leads', some.length > 0 && some.length <= leads.length, some);
  await page.selectOption('#by-region', '');
  await page.fill('#by-text', leads[2]);
  same('filter by text', await shown(page), [leads[2]]);
  await page.fill('#by-text', '');
  same('all again', (await shown(page)).length, leads.length);
  await page.done('first screen');
}

async function oneLead(browser) {
  const page = await open(browser, 'city-en');
  await page.click('table.leads a >> text=R0001');
  await page.waitForFunction(() => document.querySelector('#R0001 .live') || !window.cytoscape);
  check('the lead is open', await page.locator('#R0001').isVisible());
  check('the overview is not', !(await page.locator('#overview').isVisible()));
  check('no other lead', !(await page.locator('#R0002').isVisible()));
  same('five lines', await page.locator('#R0001 dl.five dt').count(), 5);
  const points = await page.$$eval('#R0001 table.facts tbody tr:not(.sum) td:nth-child(3)', cells => cells.map(cell => parseInt(cell.textContent.replace('−', '-'), 10)));
  const score = await page.$eval('#R0001 table.facts tr.sum td:nth-child(3)', cell => parseInt(cell.textContent, 10));
  same('the points add up', points.reduce((a, b) => a + b, 0), score);
  const total = await page.$eval('a.ring', a => a.closest('tr').cells[7].textContent);
  for (const table of await page.$$('#R0001 table.shares')) {
    const fen = await table.$$eval('tbody tr', rows => rows.map(row => {
      const heads = Array.from(row.closest('table').tHead.rows[0].cells), from = row.cells.length - heads.length;
      const at = heads.findIndex(head => head.textContent === 'money');
      return Math.round(parseFloat(row.cells[row.classList.contains('rest') ? at + from : at].textContent.replace(/,/g, '')) * 100);
    }));
    same('money of ' + await table.$eval('caption', caption => caption.textContent), fen.reduce((a, b) => a + b, 0), Math.round(parseFloat(total.replace(/,/g, '')) * 100));
  }
  if (await page.evaluate(() => typeof cytoscape === 'function')) await movingGraph(page);
  await picture(page, 'lead', { clip: { x: 0, y: 0, width: 1280, height: 900 } });
  await picture(page, 'lead-whole', { fullPage: true });
  await page.pdf({ path: path.join(pictures, 'lead.pdf'), preferCSSPageSize: true });
  await page.click('#R0001 a[href="#R0002"]');
  await page.waitForSelector('#R0002', { state: 'visible', timeout: 5000 });
  check('the next lead', await page.locator('#R0002').isVisible());
  await page.goBack();
  await page.waitForSelector('#R0001', { state: 'visible', timeout: 5000 });
  check('back', await page.locator('#R0001').isVisible());
  await go(page, '#not-examined');
  check('#not-examined is on the overview', await page.locator('#not-examined').isVisible());
  await go(page, '#all');
  check('#all shows all', await page.locator('#R0001').isVisible() && await page.locator('#R0002').isVisible());
  await page.done('lead');
}

async function movingGraph(page) {
  const before = await page.evaluate(() => document.querySelector('#R0001 .live').cy.nodes().map(node => [node.position('x'), node.position('y')]));
  same('as many nodes as in the SVG', before.length, await page.locator('#R0001 .nodes > g').count());
  const place = await page.evaluate(() => {
    const cy = document.querySelector('#R0001 .live').cy, box = cy.container().getBoundingClientRect(), at = cy.nodes()[0].renderedPosition();
    return { x: box.x + at.x, y: box.y + at.y };
  });
  await page.mouse.move(place.x, place.y);
  await page.waitForTimeout(100);
  check('pointing at a node tells about it', (await page.textContent('#R0001 .hover')).length > 10);
  await picture(page, 'hover', { clip: { x: 0, y: 0, width: 1280, height: 900 } });
  await page.mouse.down();
  await page.mouse.move(place.x + 60, place.y + 40, { steps: 4 });
  await page.mouse.up();
  const moved = await page.evaluate(() => document.querySelector('#R0001 .live').cy.nodes().map(node => [node.position('x'), node.position('y')]));
  check('dragging moves one node', JSON.stringify(moved[0]) !== JSON.stringify(before[0]) && JSON.stringify(moved[1]) === JSON.stringify(before[1]));
  const zoom = () => page.evaluate(() => document.querySelector('#R0001 .live').cy.zoom());
  const level = await zoom();
  await page.focus('#R0001 .live');
  await page.keyboard.press('+');
  check('the keyboard zooms', await zoom() > level);
  await page.keyboard.press('0');
  const visible = () => page.evaluate(() => document.querySelector('#R0001 .live').cy.nodes().filter(node => node.style('display') === 'element').length);
  const all = await visible();
  await page.uncheck('#R0001 .legend [data-kind="3"] input');
  check('a kind can be folded', await visible() < all);
  await page.check('#R0001 .legend [data-kind="3"] input');
  same('and unfolded', await visible(), all);
}

async function search(browser) {
  const page = await open(browser, 'city-en');
  const drug = await page.evaluate(() => JSON.parse(document.getElementById('entities').textContent).e.find(one => one[0] === 3 && one[2] && one[4].length > 0));
  await page.fill('#find', drug[2]);
  check('search finds a drug by its name', (await page.textContent('.found')).includes(drug[1]));
  await page.fill('#find', drug[1].toLowerCase());
  check('and by its id', (await page.textContent('.found p:first-child')).includes(drug[1]));
  await picture(page, 'search');
  await page.press('#find', 'Enter');
  await page.waitForSelector('section.lead.open', { timeout: 5000 });
  check('Enter opens one lead', await page.locator('section.lead.open').count() === 1);
  await page.fill('#find', 'no such thing 没有');
  check('nothing found is said', (await page.textContent('.found')).includes('nothing of this case'));
  await page.keyboard.press('Escape');
  check('Escape closes', !(await page.locator('.found').isVisible()));
  await page.done('search');
}

async function keyboardOnly(browser) {
  const page = await open(browser, 'city-en');
  await page.keyboard.press('Tab');
  same('the first stop skips to the leads', await page.evaluate(() => document.activeElement.className), 'skip');
  let at = '';
  for (let i = 0; i < 60 && at !== 'R0001'; i++) {
    await page.keyboard.press('Tab');
    at = await page.evaluate(() => document.activeElement.textContent);
  }
  same('Tab reaches the first lead', at, 'R0001');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'R0001-h');
  check('Enter opens it', await page.locator('#R0001').isVisible());
  await page.done('keyboard');
}

// axe needs a script of its own, so the page's policy is set aside for it.
async function accessible(browser) {
  for (const [name, hash] of [['city-en', ''], ['city-en', '#R0001'], ['city-zh', '#R0002'], ['none', ''], ['hostile', '#R0001'], ['large', '#R0001']]) {
    const page = await open(browser, name, { axe: true, hash });
    await page.waitForTimeout(300);
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const bad = result.violations.filter(one => one.impact === 'serious' || one.impact === 'critical')
      .map(one => one.id + ' ' + one.nodes.slice(0, 3).map(node => node.target.join(' ')).join(', '));
    same(name + hash + ': axe finds nothing serious', bad, []);
    await page.context().close();
  }
}

async function chinese(browser) {
  const page = await open(browser, 'city-zh');
  same('lang', await page.getAttribute('html', 'lang'), 'zh-CN');
  const english = await page.$$eval('h1, h2, h3, th, caption, dt, label, .warn', all => all.map(one => one.textContent.trim())
    .filter(text => text && !/[一-鿿]/.test(text) && !/^(SHA-256|R\d+|p|#)?$/.test(text)));
  same('no heading is English', english, []);
  await picture(page, 'first-zh', { fullPage: true });
  await go(page, '#R0001');
  await page.waitForTimeout(500);
  await picture(page, 'lead-zh', { fullPage: true });
  await page.done('in Chinese');
}

async function hostile(browser) {
  const page = await open(browser, 'hostile', { hash: '#R0001' });
  await page.waitForTimeout(500);
  same('no element comes from a text', await page.evaluate(() => document.querySelectorAll('img, iframe, object, embed, link, body i, [onload], [onerror], [onfocus]').length), 0);
  check('the texts are there', (await page.textContent('#R0001')).includes('<img src=x onerror=alert(2)>'));
  check('the search index reads', await page.evaluate(() => JSON.parse(document.getElementById('entities').textContent).e.some(one => one[1] === '<!--')));
  check('what turns the line stands in bdi', await page.evaluate(() => Array.from(document.querySelectorAll('main td, main dd')).every(cell => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let text; (text = walker.nextNode());) if (/[‪-‮⁦-⁩]/.test(text.data) && !text.parentElement.closest('bdi, title')) return false;
    return true;
  })));
  await page.fill('#find', '<img');
  check('search shows it as text', (await page.textContent('.found')).includes('<img src=x onerror'));
  await picture(page, 'hostile', { fullPage: true });
  await page.done('hostile');
}

async function large(browser) {
  const page = await open(browser, 'large', { hash: '#R0001' });
  await page.waitForTimeout(800);
  same('300 are drawn', await page.locator('#R0001 .nodes > g').count(), 300);
  check('the others are counted', /Not drawn.*\+\d/.test(await page.textContent('#R0001 p.rest')));
  await picture(page, 'large');
  await page.done('large');
}

async function noLead(browser) {
  const page = await open(browser, 'none');
  check('no lead is an answer', (await page.textContent('#leads')).includes('No group stands out'));
  await picture(page, 'none');
  await page.done('no lead');
}

async function withoutScripts(browser) {
  const page = await open(browser, 'city-en', { context: { javaScriptEnabled: false } });
  check('the leads are a table', await page.locator('table.leads tbody tr').count() >= 8);
  check('all sections can be read', await page.locator('#R0002 table.facts').isVisible() && await page.locator('#R0002 .canvas svg').isVisible());
  check('what needs a script is not shown', !(await page.locator('.find').isVisible()) && !(await page.locator('.filters').isVisible()));
  await page.done('without scripts');
}

async function printed(browser) {
  const page = await open(browser, 'city-en');
  const pdf = await page.pdf({ path: path.join(pictures, 'overview.pdf'), preferCSSPageSize: true });
  const box = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/.exec(pdf.toString('latin1'));
  check('A4', box && Math.abs(box[1] - 595) < 2 && Math.abs(box[2] - 842) < 2, box && box[0]);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 700, height: 990 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check('nothing is wider than the sheet', wide <= 702, wide);
  await picture(page, 'print');
  await go(page, '#R0001');
  await page.waitForTimeout(300);
  check('a lead prints its still graph', await page.locator('#R0001 .canvas > svg').isVisible() && !(await page.locator('#R0001 .live').first().isVisible().catch(() => false)));
  const lead = await page.evaluate(() => document.documentElement.scrollWidth);
  check('nor a lead', lead <= 702, lead);
  await picture(page, 'print-lead', { fullPage: true });
  await page.done('printed');
}

async function narrow(browser) {
  const page = await open(browser, 'city-en', { context: { viewport: { width: 420, height: 800 } } });
  check('a narrow window does not scroll sideways', await page.evaluate(() => document.documentElement.scrollWidth) <= 420, await page.evaluate(() => document.documentElement.scrollWidth));
  await picture(page, 'narrow');
  await page.done('narrow');
  for (const width of [420, 700, 1000, 1280])
    for (const hash of ['#R0005', '#R0005-people', '#not-examined']) {
      const lead = await open(browser, 'city-en', { hash, context: { viewport: { width, height: 600 } } });
      await lead.waitForTimeout(200);
      const seen = await lead.evaluate(id => {
        const header = document.querySelector('body > header').getBoundingClientRect(), target = document.getElementById(id);
        const head = (target.querySelector('h2, caption') || target).getBoundingClientRect();
        return { header: header.bottom, head: head.top, low: head.bottom, high: window.innerHeight };
      }, hash.slice(1));
      check(width + ' wide, ' + hash + ': its heading is below the header', seen.head >= seen.header - 1 && seen.low <= seen.high, seen);
      await lead.done(width + ' wide ' + hash);
    }
}
// Fonts without symbols: no text of the page is a character outside letters, CJK and what every font of the last thirty years has.
async function plainCharacters(browser) {
  for (const name of ['city-en', 'city-zh']) {
    const page = await open(browser, name, { hash: '#R0001' });
    await page.waitForTimeout(300);
    const odd = await page.evaluate(() => {
      const texts = [document.documentElement.innerText];
      for (const element of document.querySelectorAll('*')) for (const part of ['::before', '::after']) texts.push(getComputedStyle(element, part).content);
      return Array.from(new Set(texts.join('').replace(/[\u0000-\u00ff\u2010-\u2027\u2190-\u2193\u2212\u2264\u2265\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/g, '')));
    });
    same(name + ': characters that some fonts do not have', odd, []);
    await page.done('characters');
  }
}

async function run(browser, parts) {
  for (const part of parts) {
    try {
      await part(browser);
    } catch (error) {
      failures.push(part.name + ': ' + error.message.split('\n').slice(0, 4).join(' '));
    }
  }
  await browser.close();
}

// What playwright can do in a Firefox that it did not build: open, look, read.
async function inFirefox(browser) {
  for (const [name, hash] of [['city-en', ''], ['city-en', '#R0001'], ['city-zh', '#R0002'], ['hostile', '#R0001'], ['large', '#R0001'], ['none', '']]) {
    const page = await open(browser, name, { hash, firefox: true });
    await page.waitForTimeout(500);
    same('Firefox ' + name + hash + ': one part is shown', await page.evaluate(() => [!!document.querySelector('#overview').offsetParent || document.querySelector('#overview').offsetHeight > 0,
      document.querySelectorAll('section.lead.open').length]), hash ? [false, 1] : [true, 0]);
    if (hash) check('Firefox ' + name + ': the graph moves', await page.evaluate(() => typeof cytoscape !== 'function' || document.querySelector('section.open .live').cy.nodes().length > 0));
    await picture(page, 'firefox-' + name + hash.replace('#', '-'));
    await page.done(hash + ' in Firefox');
  }
}

(async () => {
  await run(await chromium.launch({ timeout: 180000, executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }),
    [firstScreen, oneLead, search, keyboardOnly, accessible, chinese, hostile, large, noLead, withoutScripts, printed, narrow, plainCharacters]);
  if (fs.existsSync('/usr/bin/firefox-esr')) await run(await firefox.launch({ timeout: 180000, channel: 'moz-firefox', executablePath: '/usr/bin/firefox-esr' }), [inFirefox]);
  else console.log('no firefox-esr: not opened in Firefox');
  failures.forEach(failure => console.log('FAILED ' + failure));
  console.log(checks + ' checks, ' + failures.length + ' failures');
  process.exit(failures.length === 0 && checks > 50 ? 0 : 1);
})();
