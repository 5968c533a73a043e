/* attachments.test.js - files that are no pictures, where the admin takes them; and quotas. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { root, until } from '../harness/instance.js';
import { register } from './client.js';
import { setup } from './setup.js';
import { Sql } from './sql.js';

let it, anna, ben;

before(async () => {
	it = await setup({ PALABRE_UPLOAD_ANY: 'on', PALABRE_QUOTA_USER_MB: '2',
		PALABRE_QUOTA_TOTAL_MB: '4', PALABRE_UPLOAD_BYTES: '3145728' });
	[anna, ben] = [await register(it.base), await register(it.base)];
});
after(() => it?.stop());

const upload = (who, bytes, name, headers = {}) =>
	who.raw('POST', `api/v1/uploads?name=${encodeURIComponent(name)}`,
		{ headers: { 'X-Palabre': '1', ...headers }, body: bytes });

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

test('a client is told what is taken', async () => {
	assert.deepEqual((await anna.sync()).uploads, { bytes: 3145728, any: true });
});

for (const [name, bytes] of [['drawing.svg', SVG], ['page.html', '<script>alert(1)</script>'],
	['short', 'x'], ['paper.pdf', '%PDF-1.4 something'], ['noise.png', Buffer.alloc(700000, 7)]]) {
	for (const way of ['FastCGI', 'CGI']) {
		test(`${name}, whatever it says it is, is served for download only, under ${way}`, async () => {
			const who = way === 'CGI' ? anna.through(it.cgi) : anna;
			const { attachment: a } = (await upload(who, bytes, name, { 'Content-Type': 'image/svg+xml' }))
				.expect(201);
			assert.deepEqual([a.type, a.width, a.height, a.animated, a.size],
				['application/octet-stream', 0, 0, false, bytes.length]);
			for (const url of [a.url, a.thumb]) {
				const file = await who.get(url);
				assert.equal(file.status, 200);
				assert.deepEqual(file.bytes, Buffer.from(bytes));
				const h = file.headers;
				assert.equal(h['content-type'], 'application/octet-stream');
				assert.match(h['content-disposition'], /^attachment; filename="/);
				assert.equal(h['x-content-type-options'], 'nosniff');
				assert.equal(h['content-security-policy'], "sandbox; default-src 'none'");
				assert.equal(h['cross-origin-resource-policy'], 'same-origin');
			}
		});
	}
}

test('pictures are pictures still, and what would pass for one is not taken as a file', async () => {
	const gif = readFileSync(join(root, 'tests/api/pictures/moving.gif'));
	const { attachment: a } = (await upload(anna, gif, 'page.html')).expect(201);
	assert.deepEqual([a.type, a.animated], ['image/gif', true]);
	assert.match((await anna.get(a.url)).headers['content-disposition'], /^inline; /);
	(await upload(anna, 'GIF89a\x01\0\x01\0\0\0\0no frame', 'a.gif')).refused(422, 'picture_broken');
	(await upload(anna, '', 'nothing')).refused(422, 'empty_file');
	const bare = await anna.raw('POST', 'api/v1/uploads', { headers: { 'X-Palabre': '1' }, body: 'x' });
	assert.equal(bare.expect(201).attachment.name, 'file.bin');
});

test('palabrectl finds them sound, and a changed one damaged', async () => {
	const { attachment: a } = (await upload(ben, SVG, 'drawing.svg')).expect(201);
	const verify = () => it.instance.ctl(['--json', 'media', 'verify']);
	assert.equal((await verify()).code, 0);
	await it.instance.sql('UPDATE attachment_chunk c JOIN attachment a ON a.id = c.attachment '
		+ `SET c.data = 'short' WHERE a.token = '${a.id}'`);
	const { code, out } = await verify();
	assert.equal(code, 6);
	assert.deepEqual(JSON.parse(out).broken, [a.id]);
	await it.instance.sql(`DELETE FROM attachment WHERE token = '${a.id}'`);
	await it.instance.sql('DELETE c FROM attachment_chunk c LEFT JOIN attachment a '
		+ 'ON a.id = c.attachment WHERE a.id IS NULL');
});

test("one's own quota counts what one has sent, too; the server's counts all", async () => {
	const [cleo, dan, eve] = [await register(it.base), await register(it.base), await register(it.base)];
	const rows = () => it.instance.sql('SELECT COUNT(*), COALESCE(SUM(size), 0) FROM attachment');
	await it.instance.sql('DELETE FROM attachment');
	await it.instance.sql('DELETE FROM attachment_chunk');
	const room = await cleo.room();
	const large = Buffer.alloc(1258291, 'x');
	const { attachment: a } = (await upload(cleo, large, 'a')).expect(201);
	const m = await cleo.send(room, '', { attachments: [a.id] });
	let before = await rows();
	const refused = await upload(cleo, large, 'b');
	refused.refused(429, 'quota_reached');
	assert.ok(Number(refused.headers['retry-after']) >= 1);
	assert.deepEqual(await rows(), before, 'no row is left behind');
	(await upload(dan, large, 'c')).expect(201);
	(await upload(eve, large, 'd')).expect(201);
	before = await rows();
	(await upload(await register(it.base), large, 'e')).refused(507, 'storage_full');
	assert.deepEqual(await rows(), before);
	(await cleo.post(`rooms/${room.id}/messages/${m.seq}/delete`)).expect(200);
	await it.instance.ctl(['media', 'gc']);
	(await upload(cleo, large, 'b')).expect(201);
});

test('a database that goes half-way through an upload: 503, and nothing is left of it', async () => {
	await it.instance.sql('DELETE FROM attachment');
	await it.instance.sql('DELETE FROM attachment_chunk');
	const fay = await register(it.base);
	// Online from now on: else the first that waits would be the note of that.
	(await fay.get('me')).expect(200);
	const [holder, watcher] = [it.sql(), new Sql(it.instance.paths.adminCnf)];
	try {
		// The bytes are stored by then; what is counted last has to wait.
		await holder.query(`START TRANSACTION; SELECT id FROM user WHERE id = ${fay.id} FOR UPDATE`);
		const going = upload(fay, Buffer.alloc(1258291, 'x'), 'a');
		await until(async () => {
			await sleep(200); // asked more often, InnoDB repeats what it said last
			return await watcher.value('SELECT COUNT(*) FROM information_schema.innodb_trx '
				+ "WHERE trx_state = 'LOCK WAIT' AND trx_rows_modified >= 4") === '1';
		}, 'the upload waits');
		it.instance.kill('mariadbd');
		(await going).refused(503, 'unavailable');
	} finally {
		await Promise.all([holder.close(), watcher.close()]);
	}
	await it.instance.start();
	await until(async () => (await fay.get('me')).status === 200, 'it is back');
	const [[files, chunks]] = await it.instance.sql('SELECT (SELECT COUNT(*) FROM attachment), '
		+ '(SELECT COUNT(*) FROM attachment_chunk)');
	assert.deepEqual([files, chunks], ['0', '0']);
	(await upload(fay, 'again', 'a')).expect(201);
});
