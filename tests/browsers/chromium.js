/** chromium.js - the browser of Lighthouse and of the long history, without a window. */

import puppeteer from 'puppeteer-core';

/** @param {string[]} [more] arguments */
export const launch = (more = []) => puppeteer.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	// Longer than anything of theirs takes by its own limit.
	protocolTimeout: 660_000,
	args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking',
		'--disable-component-update', '--no-first-run', ...more],
});
