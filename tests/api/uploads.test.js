/* uploads.test.js - pictures go in, are cleaned, belong to messages, and come out to members. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';

import { root, until } from '../harness/instance.js';
import { register } from './client.js';
import { setup } from './setup.js';

let it, anna, ben, carl, dir;

before(async () => {
	it = await setup({ PALABRE_UPLOAD_PENDING_MB: '3' });
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
	dir = mkdtempSync(join(tmpdir(), 'palabre-pictures-'));
});
after(async () => {
	rmSync(dir, { recursive: true, force: true });
	await it?.stop();
});

const picture = (name) => readFileSync(join(root, 'tests/api/pictures', name));

const upload = (who, bytes, name = 'a.png', headers = {}) =>
	who.raw('POST', `api/v1/uploads?name=${encodeURIComponent(name)}`, {
		headers: { 'Content-Type': 'application/octet-stream', 'X-Palabre': '1', ...headers },
		body: bytes,
	});

const put = async (who, name) => {
	const { attachment } = (await upload(who, picture(name), name)).expect(201);
	return attachment;
};

const rows = async () =>
	Number((await it.instance.sql('SELECT (SELECT COUNT(*) FROM attachment) + '
		+ '(SELECT COUNT(*) FROM attachment_chunk)'))[0][0]);

/** What exiftool finds in a file, by group and name. */
function tags(bytes, name) {
	const path = join(dir, name);
	writeFileSync(path, bytes);
	const [all] = JSON.parse(execFileSync('exiftool', ['-json', '-a', '-G1', '-n', path]));
	return Object.fromEntries(Object.entries(all).filter(([k]) =>
		!/^(SourceFile|ExifTool:|System:|File:)/.test(k)));
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
	for (let i = 0; i < 8; i++) {
		n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	}
	return n >>> 0;
});
const crc = (bytes) => {
	let c = 0xffffffff;
	for (const b of bytes) {
		c = crcTable[(c ^ b) & 255] ^ (c >>> 8);
	}
	return (c ^ 0xffffffff) >>> 0;
};

function chunk(type, data) {
	const out = Buffer.alloc(12 + data.length);
	out.writeUInt32BE(data.length);
	out.write(type, 4, 'latin1');
	data.copy(out, 8);
	out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
	return out;
}

/** A grey PNG, its content as given or as it should be. */
function png(width, height, data = deflateSync(Buffer.alloc((width + 1) * height)), more = []) {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width);
	head.writeUInt32BE(height, 4);
	head[8] = 8;
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), ...more,
		chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

test('an upload is answered by an attachment object of the protocol', async () => {
	const a = await put(anna, 'moving.gif');
	assert.match(a.id, /^[A-Za-z0-9_-]{22}$/);
	assert.deepEqual({ ...a, id: '', url: '', thumb: '', size: 0 }, {
		id: '', name: 'moving.gif', type: 'image/gif', size: 0, width: 60, height: 40,
		animated: true, url: '', thumb: '',
	});
	assert.equal(a.url, `files/${a.id}`);
	assert.equal(a.thumb, `files/${a.id}/thumb`);
	const file = await anna.get(a.url);
	assert.equal(file.status, 200);
	assert.equal(file.bytes.length, a.size);
});

for (const [name, type, width, height, animated] of [
	['photo.jpg', 'image/jpeg', 400, 640, false], ['progressive.jpg', 'image/jpeg', 640, 400, false],
	['small.png', 'image/png', 60, 40, false], ['moving.png', 'image/png', 40, 60, true],
	['small.webp', 'image/webp', 60, 40, false], ['lossless.webp', 'image/webp', 60, 40, false],
	['moving.webp', 'image/webp', 40, 60, true], ['moving.gif', 'image/gif', 60, 40, true],
]) {
	test(`${name}: its kind and size by its content, and nothing about its maker`, async () => {
		const { attachment: a } = (await upload(anna, picture(name), 'x.bin',
			{ 'Content-Type': 'text/html' })).expect(201);
		assert.deepEqual([a.type, a.width, a.height, a.animated], [type, width, height, animated]);
		const file = await anna.get(a.url);
		assert.equal(file.headers['content-type'], type);
		const left = Object.keys(tags(file.bytes, name));
		assert.ok(!left.some((k) => /GPS|XMP|IPTC|Comment|Make|Creator|Warning|Error|PNG:ModifyDate/i
			.test(k)), left.join());
		for (const secret of ['secret', 'Snoop', 'Somebody', 'xmpmeta']) {
			assert.ok(!file.bytes.includes(secret), secret);
		}
		const thumb = await anna.get(a.thumb);
		assert.equal(thumb.status, 200);
		if (animated || width > 480 || height > 480) {
			assert.equal(thumb.headers['content-type'], 'image/webp');
			const t = tags(thumb.bytes, 'thumb.webp');
			const [w, h] = ['Width', 'Height'].map((k) =>
				Object.entries(t).find(([n]) => n.endsWith(`Image${k}`))?.[1]);
			assert.ok(Math.max(w, h) <= 480);
			assert.equal(w > h, width > height, 'upright');
		}
		if (name.startsWith('moving.p') || name === 'photo.jpg') {
			assert.equal(tags(file.bytes, name)['IFD0:Orientation'], 6, 'how it is to be turned stays');
		}
	});
}

test('what is not one of four kinds of picture is 415, and leaves nothing', async () => {
	const n = await rows();
	for (const bytes of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<html>hello there</html>', 'GIF',
		'', '%PDF-1.4 something', 'BM0000000000000000000', Buffer.alloc(40)]) {
		(await upload(anna, bytes)).refused(415);
	}
	assert.equal(await rows(), n);
});

test('a broken picture is 422, wherever it ends, and leaves nothing', async () => {
	const n = await rows();
	for (const name of ['photo.jpg', 'moving.png', 'moving.gif', 'moving.webp', 'small.webp']) {
		const whole = picture(name);
		const clean = (await anna.get((await put(anna, name)).url)).bytes;
		for (const part of [0.3, 0.6, 0.9]) {
			(await upload(anna, whole.subarray(0, Math.floor(whole.length * part)))).refused(422);
		}
		(await upload(anna, clean.subarray(0, clean.length - 1))).refused(422, 'picture_broken');
	}
	assert.ok(await rows() > n);
	const again = await rows();
	const wrong = picture('small.png');
	wrong[wrong.length - 20] ^= 1;
	(await upload(anna, wrong)).refused(422);
	assert.equal(await rows(), again);
});

test('too many pixels or frames are refused before anything is decoded', async () => {
	(await upload(anna, png(60000, 60000, deflateSync(Buffer.alloc(100))))).refused(422, 'too_many_pixels');
	const one = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0]);
	const gif = (count) => Buffer.concat([Buffer.from('GIF89a\x01\0\x01\0\0\0\0', 'latin1'),
		...Array(count).fill(one), Buffer.from(';')]);
	(await upload(anna, gif(5000))).refused(422, 'too_many_frames');
	assert.equal((await upload(anna, gif(500))).expect(201).attachment.animated, true);
});

test('more than 10 MiB is 413', async () => {
	(await upload(anna, Buffer.alloc(10 * 1048576 + 1))).refused(413);
	(await upload(anna, png(10, 10, undefined, [chunk('tEXt', Buffer.alloc(10 * 1048576))]))).refused(413);
});

test('what hangs behind the picture is gone', async () => {
	const tail = Buffer.from('<script>alert(1)</script>PK\x03\x04zip');
	for (const name of ['small.png', 'small.jpg', 'moving.gif', 'small.webp']) {
		const { attachment } = (await upload(anna, Buffer.concat([picture(name), tail]))).expect(201);
		assert.ok(!(await anna.get(attachment.url)).bytes.includes('script'), name);
	}
});

test('cookie callers send X-Palabre: 1, and not from another site', async () => {
	(await upload(anna, picture('small.png'), 'a', { 'X-Palabre': '' })).refused(415, 'missing_header');
	(await upload(anna, picture('small.png'), 'a', { 'Sec-Fetch-Site': 'cross-site' }))
		.refused(403, 'cross_site');
	(await upload(it.stranger(), picture('small.png'))).refused(401);
	(await upload(it.stranger(), Buffer.alloc(9 * 1048576))).refused(401);
});

test('a name loses its folders and may be in any script; none is given one', async () => {
	const named = async (n) => (await upload(carl, picture('small.png'), n)).expect(201).attachment;
	assert.equal((await named('../../etc/chat "noir" ☕.png')).name, 'chat "noir" ☕.png');
	const file = await carl.get((await named('é";x.png')).url);
	assert.equal(file.headers['content-disposition'],
		'inline; filename="___x.png"; filename*=UTF-8\'\'%C3%A9%22%3Bx.png');
	const bare = await carl.raw('POST', 'api/v1/uploads',
		{ headers: { 'X-Palabre': '1' }, body: picture('small.png') });
	assert.equal(bare.expect(201).attachment.name, 'picture.png');
	(await upload(carl, picture('small.png'), 'a\nb')).refusedUrl();
	(await carl.raw('POST', 'api/v1/uploads?name=a&evil=1',
		{ headers: { 'X-Palabre': '1' }, body: picture('small.png') })).refused(422);
});

test('a message holds attachments in their order, in every way it can be read', async () => {
	const room = await anna.room();
	await ben.join(room);
	const s = await ben.stream();
	const { cursor } = await ben.sync();
	const list = [await put(anna, 'moving.gif'), await put(anna, 'small.png')];
	const m = await anna.send(room, '', { attachments: list.map((a) => a.id) });
	assert.deepEqual(m.attachments, list);
	assert.equal(m.body, '');
	const page = await ben.messages(room);
	assert.deepEqual(page.messages.at(-1).attachments, list);
	const { events } = await ben.events(room);
	assert.deepEqual(events.at(-1).message.attachments, list);
	await s.event('message', { room: room.id, seq: m.seq }); // the hub knows by now
	s.close();
	const poll = await ben.poll(cursor);
	assert.deepEqual(poll.events.find((e) => e.type === 'message').message.attachments, list);
	assert.deepEqual((await ben.get('rooms')).expect(200).rooms.find((r) => r.id === room.id)
		.last_message.attachments, list);
	assert.equal((await ben.get(list[0].url)).status, 200);
	await anna.post(`rooms/${room.id}/messages/${m.seq}`, { body: 'with words' });
	assert.deepEqual((await ben.messages(room)).messages.at(-1).attachments, list);
});

test('one send, told twice, is one message; with other attachments it is another', async () => {
	const room = await anna.room();
	const a = await put(anna, 'small.png');
	const body = { client_id: randomUUID(), body: 'look', attachments: [a.id] };
	const first = (await anna.post(`rooms/${room.id}/messages`, body)).expect(201).message;
	const again = (await anna.post(`rooms/${room.id}/messages`, body)).expect(200).message;
	assert.deepEqual(again, first);
	(await anna.post(`rooms/${room.id}/messages`, { ...body, attachments: [] }))
		.refused(422, 'client_id_reused');
});

test("an attachment is the sender's own, and in one message only", async () => {
	const room = await anna.room();
	await ben.join(room);
	const a = await put(anna, 'small.png');
	const send = (who, attachments, body = 'x') =>
		who.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body, attachments });
	(await send(ben, [a.id])).refused(422, undefined, 'attachments');
	(await send(anna, [a.id, a.id])).refused(422, undefined, 'attachments');
	(await send(anna, ['A'.repeat(22)])).refused(422, undefined, 'attachments');
	(await send(anna, [], '')).refused(422, undefined, 'body');
	assert.deepEqual((await anna.messages(room)).messages, [], 'nothing was sent');
	(await send(anna, [a.id])).expect(201);
	(await send(anna, [a.id])).refused(422, undefined, 'attachments');
});

test('a file is for its uploader, then for the members of its room, at every request', async () => {
	const room = await anna.room({ kind: 'private' });
	const a = await put(anna, 'photo.jpg');
	const see = async (who) => [(await who.get(a.url)).status, (await who.get(a.thumb)).status];
	assert.deepEqual(await see(anna), [200, 200]);
	assert.deepEqual(await see(ben), [404, 404]);
	assert.deepEqual(await see(it.stranger()), [401, 401]);
	const m = await anna.send(room, 'x', { attachments: [a.id] });
	assert.deepEqual(await see(ben), [404, 404]);
	(await anna.post(`rooms/${room.id}/members`, { user: ben.id })).expect(201);
	assert.deepEqual(await see(ben), [200, 200]);
	await ben.leave(room);
	assert.deepEqual(await see(ben), [404, 404]);
	(await anna.post(`rooms/${room.id}/messages/${m.seq}/delete`)).expect(200);
	assert.deepEqual(await see(anna), [404, 404]);
	const open = await anna.room();
	const b = await put(anna, 'small.png');
	await anna.send(open, 'x', { attachments: [b.id] });
	(await ben.get(b.url)).refused(403, 'not_a_member');
	// lighttpd makes that another path before we see it: its own page, held to nothing of ours.
	const outside = await fetch(new URL('api/v1/files/..%2f..%2fetc', it.base));
	assert.equal(outside.status, 404);
	(await ben.get(`files/${'x'.repeat(22)}`)).refused(404);
});

for (const way of ['FastCGI', 'CGI']) {
	test(`ranges, conditions and headers under ${way}`, async () => {
		const a = await put(anna, 'photo.jpg');
		const who = way === 'CGI' ? anna.through(it.cgi) : anna;
		const whole = await who.get(a.url);
		assert.equal(whole.status, 200);
		assert.equal(whole.bytes.length, a.size);
		const h = whole.headers;
		assert.equal(h['content-type'], 'image/jpeg');
		assert.equal(h['content-length'], String(a.size));
		assert.equal(h['cache-control'], 'private, max-age=31536000, immutable');
		assert.equal(h['x-content-type-options'], 'nosniff');
		assert.equal(h['content-security-policy'], "sandbox; default-src 'none'");
		assert.equal(h['cross-origin-resource-policy'], 'same-origin');
		assert.equal(h['accept-ranges'], 'bytes');
		assert.ok(!('x-sendfile' in h) && !('x-sendfile2' in h));
		assert.equal(h['content-encoding'], undefined);
		const same = await who.get(a.url, { headers: { 'If-None-Match': h.etag } });
		assert.equal(same.status, 304);
		assert.equal(same.bytes.length, 0);
		for (const [range, from, to] of [['bytes=0-0', 0, 1], ['bytes=100-199', 100, 200],
			['bytes=5000-', 5000, a.size], ['bytes=-10', a.size - 10, a.size],
			['bytes=0-99999999', 0, a.size]]) {
			const part = await who.get(a.url, { headers: { Range: range } });
			assert.equal(part.status, 206, range);
			assert.equal(part.headers['content-range'], `bytes ${from}-${to - 1}/${a.size}`);
			assert.equal(part.headers['content-length'], String(to - from));
			assert.deepEqual(part.bytes, whole.bytes.subarray(from, to), range);
		}
		const beyond = await who.get(a.url, { headers: { Range: `bytes=${a.size}-` } });
		beyond.refused(416);
		assert.equal(beyond.headers['content-range'], `bytes */${a.size}`);
		for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=x']) {
			const all = await who.get(a.url, { headers: { Range: range } });
			assert.deepEqual([all.status, all.bytes.length], [200, a.size], range);
		}
		const other = await who.get(a.url, { headers: { Range: 'bytes=0-0', 'If-Range': '"other"' } });
		assert.equal(other.status, 200);
	});
}

test('what the cache lost comes from the database', async () => {
	const a = await put(anna, 'photo.jpg');
	const one = await anna.get(a.url);
	const cache = join(it.var, 'cache');
	readdirSync(cache).forEach((f) => rmSync(join(cache, f)));
	for (let i = 0; i < 2; i++) {
		assert.deepEqual((await anna.get(a.url)).bytes, one.bytes);
		assert.equal((await anna.get(a.thumb)).headers['content-type'], 'image/webp');
	}
	assert.deepEqual(readdirSync(cache).filter((f) => f.startsWith(a.id)).sort(), [a.id, `${a.id}.t`]);
	assert.ok(!readdirSync(cache).some((f) => f.startsWith('.new-')));
});

test('uploads go through plain CGI, too', async () => {
	const who = anna.through(it.cgi);
	const a = await put(who, 'moving.gif');
	assert.equal((await anna.get(a.url)).bytes.length, a.size);
	(await upload(who, 'nothing of the kind at all')).refused(415);
});

test('a broken decoder costs the small picture, not the upload', async () => {
	const bad = png(600, 600, Buffer.from('no deflate stream'));
	const { attachment: a } = (await upload(anna, bad)).expect(201);
	const thumb = await anna.get(a.thumb);
	assert.deepEqual([thumb.status, thumb.headers['content-type']], [200, 'image/png']);
});

test('an upload that breaks off leaves nothing', async () => {
	const n = await rows();
	const url = new URL(it.base);
	const socket = net.connect(Number(url.port), url.hostname);
	await new Promise((done) => socket.once('connect', done));
	socket.write(`POST /api/v1/uploads?name=a HTTP/1.1\r\nHost: x\r\nCookie: ${anna.cookie}\r\n`
		+ 'X-Palabre: 1\r\nContent-Length: 500000\r\n\r\n');
	socket.write(picture('photo.jpg'));
	await new Promise((done) => setTimeout(done, 200));
	socket.destroy();
	(await anna.get('me')).expect(200);
	assert.equal(await rows(), n);
});

test('unattached uploads are bounded; attaching makes room again', async () => {
	const dora = await register(it.base);
	const room = await dora.room();
	const large = png(1000, 1000, Buffer.alloc(1048576));
	const ids = [];
	let last;
	for (let i = 0; i < 5; i++) {
		last = await upload(dora, large);
		if (last.status !== 201) {
			break;
		}
		ids.push(last.json.attachment.id);
	}
	assert.equal(ids.length, 2, 'the limit here is 3 MiB');
	last.refused(429, 'quota_reached');
	await dora.send(room, 'x', { attachments: ids });
	(await upload(dora, large)).expect(201);
});

test('media gc does not touch a cache that is open to everybody, nor what is not named as ours', async () => {
	const cache = mkdtempSync(join(tmpdir(), 'palabre-cache-'));
	const names = ['A'.repeat(22), `${'B'.repeat(22)}.t`, 'notes.txt'];
	names.forEach((name) => writeFileSync(join(cache, name), ''));
	const was = it.instance.env.PALABRE_CACHE;
	it.instance.env.PALABRE_CACHE = cache;
	try {
		chmodSync(cache, 0o777);
		const { code, err } = await it.instance.ctl(['media', 'gc']);
		assert.equal(code, 1);
		assert.match(err, /cache_refused.*every account of this host may write to it/);
		assert.match(err, /^palabrectl: .*: not to be used as the cache$/m);
		assert.deepEqual(readdirSync(cache).sort(), names);
		chmodSync(cache, 0o700);
		assert.equal((await it.instance.ctl(['media', 'gc'])).code, 0);
		assert.deepEqual(readdirSync(cache), ['notes.txt']);
	} finally {
		if (was === undefined) {
			delete it.instance.env.PALABRE_CACHE;
		} else {
			it.instance.env.PALABRE_CACHE = was;
		}
		rmSync(cache, { recursive: true });
	}
});

test('what no message came for goes after a day, with its bytes; so does what was deleted', async () => {
	const eve = await register(it.base);
	const room = await eve.room();
	const [old, kept, gone] = [await put(eve, 'small.png'), await put(eve, 'small.png'),
		await put(eve, 'small.jpg')];
	const m = await eve.send(room, 'x', { attachments: [gone.id] });
	await eve.send(room, 'y', { attachments: [kept.id] });
	(await eve.post(`rooms/${room.id}/messages/${m.seq}/delete`)).expect(200);
	await it.instance.sql('UPDATE attachment SET created_at = created_at - 90000000 '
		+ `WHERE token IN ('${old.id}', '${kept.id}')`);
	it.instance.env.PALABRE_CACHE = join(it.var, 'cache');
	const media = (verb) => it.instance.ctl(['--json', 'media', verb]);
	const ctl = async (verb) => {
		const { code, out, err } = await media(verb);
		assert.equal(code, 0, err);
		return JSON.parse(out);
	};
	assert.ok((await ctl('stats')).files >= 3);
	assert.ok((await ctl('gc')).removed >= 2);
	const left = await it.instance.sql(`SELECT token FROM attachment WHERE user = ${eve.id}`);
	assert.deepEqual(left.map((r) => r[0]), [kept.id]);
	assert.ok(!readdirSync(join(it.var, 'cache')).some((f) => f.startsWith(gone.id)));
	assert.equal((await eve.get(kept.url)).status, 200);
	const sound = await ctl('verify');
	assert.equal(sound.damaged, 0);
	assert.ok(sound.files > 0);
	await it.instance.sql('DELETE c FROM attachment_chunk c JOIN attachment a ON a.id = c.attachment '
		+ `WHERE a.token = '${kept.id}'`);
	assert.equal((await media('verify')).code, 6);
});

test('without the database an upload is 503, and leaves nothing', async () => {
	const n = await rows();
	it.instance.kill('mariadbd');
	(await upload(anna, picture('photo.jpg'))).refused(503);
	await it.instance.start();
	await until(async () => (await anna.get('me')).status === 200);
	assert.equal(await rows(), n);
	(await upload(ben, picture('photo.jpg'))).expect(201);
});
