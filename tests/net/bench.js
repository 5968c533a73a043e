/**
 * bench.js - every row of rows.js, some at a time; prints the table, then what breaks a
 * promise, then "N passed, N failed".
 *
 *   tests/net/run [PATTERN]     only the rows whose name matches
 */

import { startInstance } from '../harness/instance.js';
import { rows } from './rows.js';
import { browser, drive } from './support/bench.js';
import { pictures } from './support/pictures.js';
import { sleep, tabs } from './support/tabs.js';

const AT_ONCE = 4;
const only = new RegExp(process.argv[2] || process.env.TEST || '.', 'i');

const HEAD = ['network', 'transport', 'first s', 'silence s', 'p95 s', 'lost', 'doubled',
	'misordered', 'messages'];
const s = (/** @type {number} */ ms) => (ms / 1000).toFixed(2);

/** @param {string[]} cells */
function line(cells) {
	return cells.map((x, i) => (i ? x.padStart(HEAD[i].length) : x.padEnd(32))).join('  ');
}

/** @param {any} r */
function cells(r) {
	return [r.name, r.transport, s(r.first), s(r.silence), s(r.delay), String(r.lost),
		String(r.doubled), String(r.misordered), String(r.said)];
}

const instance = await startInstance({
	env: { PALABRE_SCRYPT: '14,8,1', PALABRE_LIMITS: 'off', PALABRE_WORKERS: '4' },
});
const chrome = await browser();
const wanted = rows().filter((row) => only.test(row.name));
/** @type {any[]} */
const results = [];
const queue = wanted.map((row, index) => ({ row, index }));

async function work() {
	for (let job = queue.shift(); job; job = queue.shift()) {
		const { row, index } = job;
		results[index] = await drive(chrome, instance, row).catch((error) => ({
			name: row.name, transport: 'none', first: NaN, silence: NaN, delay: NaN, lost: 0,
			doubled: 0, misordered: 0, said: 0, recoveries: [],
			wrong: [String(error.message || error)],
		}));
	}
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
// The machine may have been the slow one: who was late, and no more than late, is driven
// once more by itself.
for (const [index, row] of wanted.entries()) {
	const first = results[index];
	if (first.wrong.length && !first.lost && !first.doubled && !first.misordered) {
		console.log(`again, alone: ${row.name} (${first.wrong.join('; ')})`);
		queue.push({ row, index });
		await work();
	}
}
await chrome.close();
/** @type {{what: string, ms: number, limit: number}[]} */
const times = [];
for (const [name, measure] of Object.entries({ tabs, sleep, pictures })) {
	if (only.test(name)) {
		times.push(...await measure(instance).catch((error) =>
			[{ what: `${name}: ${error.message || error}`, ms: Infinity, limit: 0 }]));
	}
}
await instance.destroy();

console.log(line(HEAD));
results.forEach((r) => console.log(line(cells(r))));
console.log();
for (const r of results) {
	if (r.recoveries.length) {
		console.log(`${r.name}: shown again ${r.recoveries.map(s).join(', ')} s after a mute`);
	}
	r.wrong.forEach((/** @type {string} */ what) => console.log(`not ok ${r.name}: ${what}`));
}
for (const { what, ms, limit } of times) {
	console.log(`${ms <= limit ? 'ok' : 'not ok'} ${what}: ${ms} (at most ${limit})`);
}
const failed = results.filter((r) => r.wrong.length).length
	+ times.filter((x) => !(x.ms <= x.limit)).length;
console.log(`${results.length + times.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
