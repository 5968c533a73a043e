/* archive.test.js - searching where more was said than is read message by message. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { register } from './client.js';
import { setup } from './setup.js';

/* Above WINDOW of src/chat/search.c. */
const SAID = 45_000;

let it, anna, ben, room;

/* Everybody says "tea"; "harp" only the oldest two say, "oboe" every tenth, "tuba" none
 * of the newest forty thousand but each of those before. */
before(async () => {
	it = await setup();
	[anna, ben] = [await register(it.base), await register(it.base)];
	room = await anna.room();
	const sql = it.sql();
	await sql.query(`
		INSERT INTO message (room, seq, user, client_id, digest, body, created_at)
		SELECT ${room.id}, seq + 1, ${anna.id}, CONCAT('old', seq), REPEAT('x', 32),
			CONCAT('tea number ', seq, IF(seq <= 2, ' by harp', ''),
				IF(seq MOD 10 = 0, ' and oboe', ''), IF(seq <= 5000, ' tuba', '')),
			1700000000000 + seq * 1000
		FROM seq_1_to_${SAID}`);
	await sql.query(`UPDATE room SET messages = ${SAID}, last_seq = ${SAID + 1},
		last_message = ${SAID + 1} WHERE id = ${room.id}`);
	await sql.close();
});
after(() => it?.stop());

/* The numbers of the messages found, and whether there are more. */
async function find(who, q, rest = '') {
	const { results, more } = (await who.get(`search?q=${encodeURIComponent(q)}${rest}`)).expect(200);
	return { found: results.map((x) => x.message.seq - 1), more };
}

const newest = (count, step = 1, from = SAID) =>
	Array.from({ length: count }, (_, i) => from - i * step);

test('a word that everybody says: the newest of them', async () => {
	assert.deepEqual(await find(anna, 'tea', '&limit=20'), { found: newest(20), more: true });
	assert.deepEqual(await find(anna, 'tea oboe', '&limit=20'), { found: newest(20, 10), more: true });
});

test('a rare word is found however old, alone and beside a common one', async () => {
	for (const q of ['harp', 'harp tea', 'tea harp', 'tea ha', 'ha t']) {
		assert.deepEqual(await find(anna, q), { found: [2, 1], more: false }, q);
	}
	assert.deepEqual(await find(anna, 'harp oboe'), { found: [], more: false });
	assert.deepEqual(await find(anna, 'number harp oboe'), { found: [], more: false });
});

test('a word of none of the newest but of many old ones, with a common one beside it', async () => {
	assert.deepEqual(await find(anna, 'tuba oboe', '&limit=20'), { found: newest(20, 10, 5000), more: true });
	assert.deepEqual(await find(anna, 'tuba oboe harp'), { found: [], more: false });
	const all = [];
	let before = '';
	for (let more = true; more;) {
		const page = (await anna.get(`search?q=tuba+oboe&limit=200${before}`)).expect(200);
		all.push(...page.results.map((x) => x.message.seq - 1));
		({ more } = page);
		before = `&before=${page.results.at(-1)?.message.created_at}`;
	}
	assert.deepEqual(all, newest(500, 10, 5000), 'page by page, none twice, none left out');
});

test('of one person, of one room', async () => {
	assert.deepEqual(await find(anna, 'tuba oboe', `&from=${ben.id}`), { found: [], more: false });
	assert.deepEqual(await find(anna, 'tea harp', `&from=${anna.id}`), { found: [2, 1], more: false });
	assert.deepEqual(await find(anna, 'tea harp', `&room=${room.id}`), { found: [2, 1], more: false });
});

test('who is not in the room finds nothing in it', async () => {
	assert.deepEqual(await find(ben, 'harp tea'), { found: [], more: false });
	await ben.join(room);
	assert.deepEqual(await find(ben, 'harp tea'), { found: [2, 1], more: false });
});
