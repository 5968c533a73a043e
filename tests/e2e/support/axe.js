/** axe.js - what of a page is not accessible to all, or wider than its window. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @import {Page} from 'playwright-core' */

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * @param {Page} page
 * @param {string} name
 * @returns {Promise<string[]>} a line for each fault
 */
export async function axe(page, name) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	if (!await page.evaluate(() => 'axe' in window)) {
		await page.evaluate(AXE);
	}
	const found = await page.evaluate(async () => {
		const result = await /** @type {any} */ (window).axe.run(document, {
			runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
		});
		return result.violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes
			.map((/** @type {any} */ n) => `${n.html.slice(0, 120)} ${n.any[0]?.message || ''}`)
			.slice(0, 3).join(' | ')}`);
	});
	return [...(wide > 0 ? [`${wide} px too wide`] : []), ...found]
		.map((/** @type {string} */ what) => `${name}: ${what}`);
}
