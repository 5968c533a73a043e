/** snapshot.test.js - what is kept for a start without a network, and how it goes on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { forget, lastKnown, Snapshot } from '../../htdocs/js/model/snapshot.js';
import { memoryStorage } from '../../htdocs/js/model/storage.js';
import { Store } from '../../htdocs/js/model/store.js';
import { message, room, user } from './support/server.js';

const api = () => new Api('http://127.0.0.1:9/');

/** A store with one room in which three messages were heard. */
function heard() {
	const store = new Store(api());
	store.load({
		me: user(1, 'alice'), users: [user(1, 'alice'), user(2, 'bob')],
		self: { room: 99, last_seq: 4 }, cursor: 'E.0', rooms: [room(7)],
	});
	store.rooms.get(7)?.timeline.seed([], false);
	for (let seq = 1; seq <= 3; seq++) {
		store.take({ type: 'message', room: 7, seq, message: message(7, seq, { user: 2 }) });
	}
	return store;
}

test('a store comes back from storage as it was, and goes on by the rule', async () => {
	const storage = memoryStorage();
	await new Snapshot(storage, heard()).save('E.9');
	const kept = await lastKnown(storage);
	assert.ok(kept);
	assert.equal(kept.sync.cursor, 'E.9');
	const store = new Store(api());
	store.load(kept.sync);
	store.seed(kept.rooms);
	const seven = store.rooms.get(7);
	assert.ok(seven);
	assert.equal(seven.last, 3);
	assert.deepEqual(seven.timeline.messages.map((m) => m.seq), [1, 2, 3]);
	assert.equal(seven.info.unread, 3);
	for (const seq of [2, 3, 4]) {
		store.take({ type: 'message', room: 7, seq, message: message(7, seq, { user: 2 }) });
	}
	assert.deepEqual(seven.timeline.messages.map((m) => m.seq), [1, 2, 3, 4]);
});

test('a room kept at an earlier place fetches what it missed', async () => {
	const storage = memoryStorage();
	const store = heard();
	const snapshot = new Snapshot(storage, store);
	await snapshot.save('E.9');
	const sync = store.sync('E.12');
	assert.ok(sync);
	sync.rooms[0].last_seq = 5;
	await storage.put('cache', 'sync', sync);
	const kept = await lastKnown(storage);
	const later = new Store(api());
	assert.ok(kept);
	later.load(kept.sync);
	later.seed(kept.rooms);
	assert.equal(later.rooms.get(7)?.last, 3, 'the next event shows that two are missing');
});

test('nothing is kept of a store that waits for a sync, and nothing is left when forgotten', async () => {
	const storage = memoryStorage();
	const store = heard();
	await new Snapshot(storage, store).save('E.9');
	await forget(storage);
	assert.equal(await lastKnown(storage), null);
	assert.deepEqual(await storage.all('cache'), []);
	store.hold();
	await new Snapshot(storage, store).save('E.10');
	assert.equal(await lastKnown(storage), null);
});
