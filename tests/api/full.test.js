/* full.test.js - the disk fills up: what can't be kept is refused, and nothing is lost. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../harness/instance.js';
import { register, until } from './client.js';
import { setup } from './setup.js';

/* A file system of its own, which takes the rights of root. */
const SIZE = '400m';
const isRoot = process.getuid() === 0;
const options = { skip: isRoot ? false : 'mounting takes root' };

let disk, it, anna, room;

const unmount = () => spawnSync('umount', ['-l', disk], { stdio: 'ignore' });

before(async () => {
	if (!isRoot) {
		return;
	}
	const base = process.env.PALABRE_TEST_DIR ?? tmpdir();
	disk = mkdtempSync(join(base, 'disk-'));
	execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'palabre-test', disk]);
	process.on('exit', unmount);
	process.env.PALABRE_TEST_DIR = disk;
	it = await setup();
	anna = await register(it.base);
	room = await anna.room();
});
after(async () => {
	if (disk) {
		await it?.stop();
		unmount();
		rmdirSync(disk);
	}
});

/* Not a byte is left. */
function fill() {
	const file = join(disk, 'ballast');
	const fd = openSync(file, 'w');
	const block = Buffer.alloc(1 << 20);
	try {
		for (let size = block.length; size >= 512; size >>= 1) {
			try {
				for (;;) {
					writeSync(fd, block, 0, size);
				}
			} catch (e) {
				assert.equal(e.code, 'ENOSPC');
			}
		}
	} finally {
		closeSync(fd);
	}
	return () => rmSync(file);
}

const READS = ['api/v1/me', 'api/v1/sessions', 'api/v1/users?q=u', 'api/v1/rooms',
	'api/v1/rooms/public?q=room', 'api/v1/rooms/ROOM', 'api/v1/rooms/ROOM/members',
	'api/v1/rooms/ROOM/messages', 'api/v1/rooms/ROOM/messages?around=3',
	'api/v1/rooms/ROOM/events?after=0', 'api/v1/search?q=words', 'api/v1/sync', 'api/v1/status',
	'api/v1/metrics', 'stream/poll?wait=0'];

const lastErrors = () => it.instance.log('palabre').split('\n')
	.filter((line) => line.includes('"db_error"')).slice(-2).join('\n');

const body = () => `words ${randomUUID()} `.repeat(180);

/* One try; what was acknowledged goes into kept. */
async function send(kept) {
	const message = { client_id: randomUUID(), body: body().trim() };
	const reply = await anna.post(`rooms/${room.id}/messages`, message);
	if (reply.status === 201) {
		kept.set(reply.json.message.seq, message.body);
	}
	return { reply, message };
}

async function inRoom() {
	const found = new Map();
	for (let at = 1, more = true; more;) {
		const page = await anna.messages(room, `?after=${at}&limit=50`);
		page.messages.forEach((m) => found.set(m.seq, m.body));
		({ more } = page);
		at = page.messages.at(-1)?.seq ?? at;
	}
	return found;
}

const upload = (name) => anna.raw('POST', `api/v1/uploads?name=${name}`, {
	headers: { 'Content-Type': 'application/octet-stream', 'X-Palabre': '1' },
	body: readFileSync(join(root, 'tests/api/pictures', name)),
});

test('a full disk refuses sends and uploads by 507, loses nothing, and reads go on', options, async () => {
	const kept = new Map();
	const stream = await anna.stream();
	// A page of so many is more than lighttpd keeps in memory.
	for (let i = 0; i < 20; i++) {
		await send(kept);
	}
	const free = fill();
	let refused;
	await until(async () => {
		const { reply, message } = await send(kept);
		refused = reply.status === 201 ? null : { reply, message };
		return refused;
	}, 'a send is refused', 60_000);
	refused.reply.refused(507, 'storage_full');
	assert.deepEqual(await inRoom(), kept, 'what was refused is not there, the rest is');
	for (const path of READS) {
		const reply = await anna.raw('GET', path.replace('ROOM', room.id));
		assert.equal(reply.status, 200, `${path}: ${reply.text} ${lastErrors()}`);
	}
	assert.equal((await anna.sync()).rooms.find((r) => r.id === room.id).last_seq,
		Math.max(...kept.keys()), 'no number was taken by what was refused');
	(await upload('photo.jpg')).refused([503, 507]);
	assert.deepEqual(await it.instance.sql('SELECT COUNT(*) FROM attachment'), [['0']]);
	free();
	await until(async () => (await anna.post(`rooms/${room.id}/messages`, refused.message))
		.status === 201, 'the same send is taken once there is room', 30_000);
	await until(async () => (await upload('photo.jpg')).status === 201, 'an upload too', 30_000);
	const { messages } = await anna.messages(room, '?limit=1');
	kept.set(messages[0].seq, refused.message.body);
	await until(() => stream.events.filter((e) => e.type === 'message').length === kept.size,
		'the stream went on and has them all');
	assert.deepEqual(await inRoom(), kept);
	await it.instance.stop();
	await it.instance.start();
	assert.deepEqual(await inRoom(), kept, 'and so it is on the disk');
	stream.close();
});
