/** rows.js - the networks that Palabre is tried on. */

import { tmpdir } from 'node:os';
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/instance.js';
import { pause } from './support/bench.js';
import { Proxy } from './support/proxy.js';
import { RealProxy, RECIPES } from './support/real.js';

/** @import {Instance} from '../harness/instance.js' */
/** @import {Row} from './support/bench.js' */
/** @import {Behaviour} from './support/proxy.js' */

/**
 * @param {string} name
 * @param {Behaviour} behaviour
 * @param {Partial<Row>} [more]
 * @returns {Row}
 */
function ours(name, behaviour, more = {}) {
	return { name, open: ({ port }) => new Proxy(port, behaviour).start(), ...more };
}

const SOME = (/** @type {number} */ from, /** @type {number} */ to) =>
	() => from + Math.random() * (to - from);

/** @type {Row[]} */
const OURS = [
	ours('any response cut after 45 s', { cut: 45000 }, { seconds: 100, transport: 'sse' }),
	ours('idle cut after 60 s', { idle: 60000 }, { seconds: 70, transport: 'sse' }),
	ours('10 % dropped, 300 ms', { drop: 0.1, latency: 300 }, {
		seconds: 70, latency: 300,
		script: async (proxy) => {
			proxy.dropping = true;
		},
	}),
	ours('stream mute after a while', { mute: SOME(8000, 15000) }, { seconds: 60 }),
	ours('20 s blackout', {}, {
		seconds: 60, gap: 20000,
		script: async (proxy) => {
			await pause(15000);
			proxy.dark = true;
			await pause(20000);
			proxy.dark = false;
			proxy.cut();
		},
	}),
	ours('captive portal for 15 s', {}, {
		seconds: 50, gap: 15000,
		script: async (proxy) => {
			await pause(15000);
			proxy.portal = true;
			proxy.cut();
			await pause(15000);
			proxy.portal = false;
		},
	}),
	ours('idle cut after 30 s', { idle: 30000 }, { transport: 'sse' }),
	ours('passes everything', {}, { seconds: 80, transport: 'sse', calls: 0 }),
	ours('holds streams to their end', { holdStream: true }, { transport: 'long-poll' }),
	ours('holds each frame until the next', { holdFrame: true }),
	ours('streams 20 s late', { delayStream: 20000 }, { transport: 'long-poll' }),
	ours('buffers 4 KiB', { buffer: 4096 }),
	ours('buffers 64 KiB', { buffer: 65536 }, { transport: 'long-poll' }),
	ours('GET and POST only', { methods: ['GET', 'POST'] }, { transport: 'sse' }),
	ours('strips headers', { strip: ['accept', 'last-event-id', 'cache-control'] },
		{ transport: 'sse' }),
	ours('HTTP/1.0, no chunking', { http10: true }, { transport: 'sse' }),
];

export function rows() {
	const dir = mkdtempSync(join(process.env.PALABRE_TEST_DIR || tmpdir(), 'net-'));
	chmodSync(dir, 0o755);
	const real = Object.keys(RECIPES).map((name) => ({
		name,
		open: (/** @type {Instance} */ instance) => new RealProxy(name, { dir, instance, root }).start(),
		transport: RECIPES[name].transport,
	}));
	return [...OURS, ...real];
}
