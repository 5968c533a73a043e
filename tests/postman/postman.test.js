/* postman.test.js - the collection made of openapi.json runs green. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import newman from 'newman';

import { startInstance } from '../harness/instance.js';
import { makeCollection } from './collection.js';

let instance;

before(async () => {
	instance = await startInstance({ env: { PALABRE_SCRYPT: '10,8,1', PALABRE_LIMITS: 'off' } });
});
after(() => instance?.destroy());

const run = (collection) => new Promise((done, failed) => {
	newman.run({ collection, timeoutRequest: 20_000 }, (error, summary) =>
		(error ? failed(error) : done(summary)));
});

for (const [how, url] of [['FastCGI', 'url'], ['plain CGI', 'cgiUrl']]) {
	test(`each request of the collection is answered as it should be, by ${how}`, async () => {
		const collection = await makeCollection(instance[url].replace(/\/$/, ''));
		const { run: { stats, failures } } = await run(collection);
		assert.deepEqual(failures.map((f) => `${f.source?.name}: ${f.error.message}`), []);
		assert.equal(stats.requests.total, collection.item.length);
		assert.ok(stats.assertions.total > collection.item.length,
			`${stats.assertions.total} assertions`);
	});
}
