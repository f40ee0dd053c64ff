// Opens report pages as people do: headless Chromium, light and dark, narrow to wide. Prints one JSON object a line for
// each complaint, and one with the time that the slowest page took to open.
//
//   node look.mjs MODULES CHROMIUM PAGE…      MODULES holds node_modules with playwright-core and axe-core
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , modules, executablePath, ...pages] = process.argv;
const require = createRequire(modules + '/');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const complain = (page, width, scheme, what) => console.log(JSON.stringify({ page, width, scheme, what }));

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
let slowest = 0;
for (const page of pages) {
  for (const colorScheme of ['light', 'dark']) {
    // axe is put into the page, which its policy would rightly refuse; the first visit is under the policy.
    for (const bypassCSP of [false, true]) {
      const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 }, bypassCSP });
      const tab = await context.newPage();
      let width = 1280;
      const say = (what) => complain(page, width, colorScheme, what);
      tab.on('console', (message) => say('console: ' + message.text()));
      tab.on('pageerror', (error) => say('error: ' + error.message));
      tab.on('request', (request) => {
        if (request.url() !== 'file://' + page && !request.url().startsWith('data:')) say('request: ' + request.url());
      });
      const start = performance.now();
      await tab.goto('file://' + page, { waitUntil: 'load' });
      if (!bypassCSP) slowest = Math.max(slowest, performance.now() - start);
      if ((await tab.evaluate(() => document.styleSheets.length)) !== 1) say('the style was not let in');
      if (bypassCSP) await tab.evaluate(axe);
      // The last is what goes on paper.
      for (width of bypassCSP ? [360, 768, 800, 1280, 1920, 793] : [360, 768, 800, 1280, 1920]) {
        await tab.emulateMedia({ media: width === 793 ? 'print' : 'screen', colorScheme });
        await tab.setViewportSize({ width, height: 900 });
        await tab.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
        const over = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) say(`the page is ${over} px wider than the window`);
        if (!bypassCSP) continue;
        const found = await tab.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
        for (const one of found.violations) say(`axe: ${one.id} ${one.nodes.length} ${one.nodes[0].html.slice(0, 160)}`);
      }
      await context.close();
    }
  }
}
console.log(JSON.stringify({ slowest_ms: Math.round(slowest) }));
await browser.close();
