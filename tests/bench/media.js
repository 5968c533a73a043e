/* media.js - what pictures cost: an upload against a plain copy, and a download against a
 * static file. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from '../harness/instance.js';
import { token } from './fill.js';

const MIB = 1048576;
const UPLOADS = 20;
const TURNS = 3;
/** Bytes of what is served: a scaled photo's, and the largest. */
const SIZES = [['1 MiB', MIB], ['10 MiB', 10 * MIB - 4096]];

/** A piece of a JPEG: its marker, its length, what it holds. */
function segment(marker, hex) {
	const data = Buffer.from(hex, 'hex');
	const head = Buffer.from([0xff, marker, 0, data.length + 2]);
	return Buffer.concat([head, data]);
}

/* As a phone sends it: a JPEG, nearly all of it packed pixels. Small enough in measures to
 * need no small picture, whose maker has a process and a processor of its own. */
function photo(bytes) {
	const pixels = randomBytes(bytes - 60).map((b) => b & 0x7f);
	return Buffer.concat([Buffer.from([0xff, 0xd8]),
		segment(0xc0, '080190019001011100'), segment(0xda, '010100003f00'), pixels,
		Buffer.from([0xff, 0xd9])]);
}

/** Its own processor time, and that of children that have ended: seconds. */
function spent(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, '').trim().split(' ');
	return fields.slice(11, 15).reduce((sum, n) => sum + Number(n), 0) / 100;
}

async function post(url, body, headers = {}) {
	const reply = await fetch(url, { method: 'POST', body, headers });
	const text = await reply.text();
	if (!reply.ok) {
		throw new Error(`${url}: ${reply.status} ${text.slice(0, 200)}`);
	}
	return text;
}

const upload = async (tools, bytes) => JSON.parse(await post(
	`${tools.instance.url}api/v1/uploads?name=bench.jpg`, bytes,
	{ authorization: `Bearer ${token(0)}`, 'content-type': 'image/jpeg' })).attachment;

/* What it is held against: the same lighttpd, told to keep bodies on the disk in the same way,
 * hands the file to a CGI program that is nothing but cat. */
async function copier(dir) {
	mkdirSync(join(dir, 'copy/tmp'), { recursive: true });
	const port = await freePort();
	const program = join(dir, 'copy/copy.cgi');
	writeFileSync(program, `#!/bin/sh\nexec 3>"${dir}/copy/file"\nprintf 'Content-Type: text/plain\\r\\n\\r\\nok'\nexec cat >&3\n`,
		{ mode: 0o755 });
	writeFileSync(join(dir, 'copy/lighttpd.conf'), `
server.modules = ( "mod_cgi" )
server.document-root = "${dir}/copy"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ( "${dir}/copy/tmp" )
server.stream-request-body = 0
cgi.assign = ( ".cgi" => "" )
`);
	const child = spawn('lighttpd', ['-D', '-f', join(dir, 'copy/lighttpd.conf')], {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
	});
	const url = `http://127.0.0.1:${port}/copy.cgi`;
	await until(() => post(url, 'x').then(() => true, () => false), 'the copier answers');
	return { pid: child.pid, url, stop: () => child.kill('SIGTERM') };
}

/** The most memory that each has had since reset(): bytes. */
const peak = (pids) => Math.max(...pids.map((pid) =>
	Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]))) * 1024;
const reset = (pids) => pids.forEach((pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5'));

async function uploads(tools, table) {
	const bytes = photo(10 * MIB - 4096);
	const copy = await copier(tools.instance.dir);
	const all = await tools.processes();
	const used = { copy: 0 };
	try {
		await upload(tools, bytes);
		await post(copy.url, bytes);
		reset(all.workers);
		const names = ['lighttpd', 'workers', 'mariadbd'];
		const now = () => names.map((name) => all[name].reduce((sum, pid) => sum + spent(pid), 0));
		for (let i = 0; i < UPLOADS; i++) {
			const before = now();
			await upload(tools, bytes);
			now().forEach((value, n) => {
				used[names[n]] = (used[names[n]] ?? 0) + value - before[n];
			});
			const start = spent(copy.pid);
			await post(copy.url, bytes);
			used.copy += spent(copy.pid) - start;
		}
	} finally {
		copy.stop();
	}
	const ms = (name) => (used[name] * 1000) / UPLOADS;
	const ours = ms('lighttpd') + ms('workers');
	const whole = ours + ms('mariadbd');
	table.part(`Uploads of 10 MiB, ${UPLOADS} in turns with copies through lighttpd to a file`);
	table.line('CPU of one, lighttpd and worker', ours, 'ms');
	table.line('CPU of a copy, lighttpd and cat', ms('copy'), 'ms');
	table.line('an upload against a copy', ours / ms('copy'), '×', { atMost: 2 });
	table.line('with what MariaDB does to keep it', whole / ms('copy'), '×', { atMost: 2 });
	table.note(`lighttpd ${ms('lighttpd').toFixed(1)} ms, worker ${ms('workers').toFixed(1)} ms, MariaDB ` +
		`${ms('mariadbd').toFixed(1)} ms: to its log, twice to its tables, each page with a checksum`);
	table.line('memory of a worker meanwhile, at most', peak(all.workers) / MIB, 'MiB', { atMost: 24 });
}

async function downloads(tools, table) {
	const root = join(tools.instance.dir, 'htdocs');
	table.part('Pictures served from the cache, in turns with static files of the same size, 16 clients');
	for (const [name, size] of SIZES) {
		const bytes = photo(size);
		const { url } = await upload(tools, bytes);
		const served = readdirSync(join(tools.instance.dir, 'cache')).length;
		if (!served) {
			throw new Error('nothing is in the cache');
		}
		writeFileSync(join(root, `bench-${size}.jpg`), bytes);
		const paths = [`/api/v1/${url}`, `/bench-${size}.jpg`];
		const rates = [0, 0];
		for (let turn = 0; turn < TURNS; turn++) {
			for (const [i, path] of paths.entries()) {
				const r = await tools.wrk('get.lua',
					{ connections: 16, seconds: 2, env: { TOKEN: token(0), PATHS: path } });
				rates[i] += r.requests / r.seconds / TURNS;
			}
		}
		table.line(`${name}, from the cache`, rates[0], '/s');
		table.line(`${name}, a static file`, rates[1], '/s');
		table.line('  the one against the other', (rates[0] / rates[1]) * 100, '%', { atLeast: 80 });
	}
}

export async function media(tools, table) {
	await uploads(tools, table);
	await downloads(tools, table);
}
