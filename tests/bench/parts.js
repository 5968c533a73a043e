/* parts.js - what is measured, part by part, and the figures aimed at. */

import { setTimeout as sleep } from 'node:timers/promises';

import { ARCHIVE, BUSY, CLUBS, fillArchive, fillClubs, fillLists, HALL, LISTS, token, words } from './fill.js';
import { media } from './media.js';
import { havePhp, startPhp } from './peers/php.js';
import { comeOnline } from './presence.js';
import { cpuShare, memory } from './tools.js';

const IDLE = 5000;
const IDLE_SECONDS = 20;
const ARCHIVED = 1_000_000;

const perDelivery = (result, name) => (result.cpu_ms[name] * 1000) / result.deliveries;

const perRequest = (result) => 'CPU of each, µs: ' + Object.entries(result.cpu)
	.map(([name, seconds]) => `${name} ${((seconds * 1e6) / result.requests).toFixed(0)}`).join(', ');

/* First, while nothing has grown by other work. */
async function idle(tools, table) {
	const { hub, lighttpd } = await tools.processes();
	const before = { hub: memory(hub), lighttpd: memory(lighttpd) };
	const end = await tools.hold(IDLE);
	await sleep(2000);
	const each = {
		hub: (memory(hub) - before.hub) / IDLE / 1000,
		lighttpd: (memory(lighttpd) - before.lighttpd) / IDLE / 1000,
	};
	const [share, shareLighttpd] = await Promise.all([
		cpuShare(hub, IDLE_SECONDS), cpuShare(lighttpd, IDLE_SECONDS),
	]);
	await end();

	table.part('5,000 idle streams, each of a user of their own');
	table.line('memory a stream, lighttpd and hub together', each.hub + each.lighttpd, 'kB',
		{ atMost: 5, peers: 'nchan 7–12, better-sse 12–18, bare hub 3.3–4' });
	table.note(`lighttpd ${each.lighttpd.toFixed(2)} kB, hub ${each.hub.toFixed(2)} kB; ` +
		`lighttpd's CPU meanwhile: ${(shareLighttpd * 100).toFixed(1)} % of a core`);
	table.line('CPU of the hub, heartbeats of 15 s', share * 100, '%', { atMost: 2 });
}

async function latency(tools, table) {
	const r = await tools.load({ streams: 100, room: HALL, senders: 16, rate: 50, seconds: 10 });
	table.part('Send to every stream: 100 streams, 50 messages/s, each committed to the disk');
	table.line('p50', r.p50_us / 1000, 'ms', { atMost: 5 });
	table.line('p99', r.p99_us / 1000, 'ms', { atMost: 25 });
	table.note(`the send's own answer: p50 ${r.send_p50_us / 1000} ms, p99 ${r.send_p99_us / 1000} ms`);
}

async function fanout(tools, table) {
	const r = await tools.load({ streams: 1000, room: HALL, senders: 16, rate: 50, seconds: 10 });
	table.part('1,000 streams, 50 messages/s');
	table.line('CPU a delivery, lighttpd and hub',
		perDelivery(r, 'lighttpd') + perDelivery(r, 'hub'), 'µs',
		{ peers: 'nchan 5.4, better-sse 10.4, bare hub 7.9' });
	table.note(`lighttpd ${perDelivery(r, 'lighttpd').toFixed(2)} µs, hub ${perDelivery(r, 'hub').toFixed(2)} µs;` +
		` with workers and MariaDB ${Object.keys(r.cpu_ms).reduce((sum, name) => sum + perDelivery(r, name), 0).toFixed(2)} µs`);
	table.line('p50', r.p50_us / 1000, 'ms');
	table.line('p99', r.p99_us / 1000, 'ms', { peers: 'nchan 9.3, better-sse 11.1, bare hub 11.9' });
}

async function saturated(tools, table) {
	const r = await tools.load({ streams: 500, room: HALL, senders: 32, rate: 0, seconds: 8 });
	table.part('500 streams, 32 senders as fast as they are answered');
	table.line('deliveries', r.deliveries / r.seconds, '/s',
		{ peers: 'nchan 321,000, better-sse 128,000, bare hub 157,000–405,000; none with a database' });
	table.line('CPU a delivery, lighttpd and hub',
		perDelivery(r, 'lighttpd') + perDelivery(r, 'hub'), 'µs', { peers: 'nchan 2.4, bare hub 2.9' });
	table.line('sends, each committed', r.sent / r.seconds, '/s');
	table.line('p99', r.p99_us / 1000, 'ms');
}

const SEND = {
	script: 'send.lua', connections: 16, seconds: 6,
	env: { USERS: String(BUSY.users), FIRST: String(BUSY.first), ROOMS: String(BUSY.count) },
};
const PAGE = {
	script: 'get.lua', connections: 16, seconds: 5,
	env: {
		TOKEN: token(0),
		PATHS: Array.from({ length: BUSY.count }, (_, n) =>
			`/api/v1/rooms/${BUSY.first + n}/messages?limit=50`).join(' '),
	},
};
/* The same messages, as a page that no worker keeps. */
const OLDER = {
	...PAGE, env: { ...PAGE.env, PATHS: PAGE.env.PATHS.replaceAll('limit=50', 'limit=50&before=102') },
};

const rate = (r) => r.requests / r.seconds;

async function sends(tools, table) {
	const r = await tools.wrkTimed(SEND.script, SEND);
	table.part('Sends: 16 clients over 64 rooms');
	table.line('sends, each committed', rate(r), '/s', { atLeast: 2000, peers: 'PHP 2,260' });
	table.note(perRequest(r));
	table.line('p99', r.p99_us / 1000, 'ms');
}

async function pages(tools, table) {
	const r = await tools.wrkTimed(PAGE.script, PAGE);
	table.part('Pages of 50 messages: 16 clients over 64 rooms');
	table.line('newest pages', rate(r), '/s', { atLeast: 6000, peers: 'PHP 1,820' });
	table.note(perRequest(r));
	table.line('p99', r.p99_us / 1000, 'ms');
	table.line('pages read anew each time', rate(await tools.wrk(OLDER.script, OLDER)), '/s');
}

/* The targets above were set on a machine where PHP did 2,260 and 1,820. */
async function php(tools, table) {
	table.part('The same in turns with a plain chat in PHP on this database, 8 children');
	if (!havePhp()) {
		table.note('php-cgi is not there');
		return;
	}
	const peer = await startPhp(tools.instance);
	try {
		for (const [what, how, atLeast] of [['sends', SEND, 2000 / 2260], ['pages', PAGE, 6000 / 1820]]) {
			const rates = [[], []];
			for (let turn = 0; turn < 3; turn++) {
				for (const [i, url] of [tools.instance.url, peer.url].entries()) {
					rates[i].push(rate(await tools.wrk(how.script, { ...how, url })));
				}
			}
			const [ours, theirs] = rates.map((all) => Math.max(...all));
			table.line(`${what}, ours`, ours, '/s');
			table.line(`${what}, PHP`, theirs, '/s');
			table.line('  the one against the other', ours / theirs, '×', { atLeast });
		}
	} finally {
		await peer.stop();
	}
}

const alone = (tools, user, paths, seconds = 2) => tools.wrk('get.lua',
	{ connections: 1, seconds, env: { TOKEN: token(user), PATHS: paths.join(' ') } });

/* Two sets of paths in turns, each by its user; the best median of each, in milliseconds:
 * what else the machine does meanwhile disturbs one as much as the other. */
async function compare(tools, one, other) {
	const best = [Infinity, Infinity];
	for (let turn = 0; turn < 4; turn++) {
		for (const [i, { user, paths }] of [one, other].entries()) {
			const r = await alone(tools, user, paths, 1);
			best[i] = Math.min(best[i], r.p50_us / 1000);
		}
	}
	return best;
}

async function rooms(tools, table) {
	await fillLists(tools.instance);
	const paths = ['/api/v1/rooms'];
	const [few, many] = await compare(tools,
		{ user: LISTS.few.user, paths }, { user: LISTS.many.user, paths });
	table.part('The list of rooms, one client');
	table.line('10 rooms, p50', few, 'ms');
	table.line('500 rooms, p50', many, 'ms');
	table.line('500 against 10', many / few, '×', { atMost: 3 });
}

async function history(tools, table) {
	table.part('A room of 1,000,000 messages, one client');
	const begin = Date.now();
	const searchable = await fillArchive(tools.instance, ARCHIVED);
	table.note(`filled in ${Math.round((Date.now() - begin) / 1000)} s`);
	const page = `/api/v1/rooms/${ARCHIVE}/messages?limit=50`;
	const [newest, oldest] = await compare(tools,
		{ user: 0, paths: [page] }, { user: 0, paths: [`${page}&before=60`, `${page}&after=1`] });
	table.line('newest page, p50', newest, 'ms');
	table.line('page at the old end, p50', oldest, 'ms');
	table.line('old end against newest', oldest / newest, '×', { atMost: 1.5 });
	await search(tools, table, searchable);
}

async function search(tools, table, searchable) {
	if (!searchable || !await tools.answers('api/v1/search?q=bench')) {
		table.note('search is not there yet');
		return;
	}
	const find = (q) => `/api/v1/search?q=${encodeURIComponent(q)}`;
	const { rare, common } = words;
	for (const [what, paths] of Object.entries({
		'search, a rare word': [find(rare)],
		'search, a common word': [find(common)],
		'search, two words': [find(`${rare} ${common}`)],
		'search, all of these': [find(rare), find(common), find(`${rare} ${common}`)],
	})) {
		const r = await alone(tools, 0, paths);
		table.line(`${what}, p95`, r.p95_us / 1000, 'ms', { atMost: 150 });
	}
}

async function presence(tools, table) {
	await fillClubs(tools.instance);
	const users = CLUBS.count * CLUBS.users;
	const { told, pieces, seconds } = await comeOnline(tools.instance.port, CLUBS.user, users);
	table.part(`${users.toLocaleString('en')} users who come online at once, ${CLUBS.users} in a room`);
	table.line('pieces in which a stream is told, at most', pieces, '', { atMost: 10 });
	table.note(`of at most ${told} users; all streams were open after ${seconds.toFixed(1)} s`);
}

/** In the order they run in: what wants a fresh instance comes first. */
export const parts = { idle, latency, fanout, saturated, sends, pages, php, presence, rooms, media, history };
