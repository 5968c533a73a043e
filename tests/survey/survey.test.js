/* survey.test.js - what the page finds out of a network, through proxies that misbehave. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Api } from '../../htdocs/js/net/api.js';
import { Survey } from '../../htdocs/js/net/survey.js';
import { NodeEventSource } from '../js/support/eventsource.js';
import { Proxy } from '../net/support/proxy.js';
import { register } from '../api/client.js';
import { setup } from '../api/setup.js';

let it;
/* One for each, to whom nobody talks. */
const people = [];

before(async () => {
	it = await setup();
	while (people.length < 16) {
		people.push(await register(it.base));
	}
});
after(() => it?.stop());

/**
 * A survey through a proxy of that behaviour.
 * @returns {Promise<{found: Record<string, {word: string, grade: string, values: any}>,
 *   facts: any, steps: string[]}>}
 */
async function survey(behaviour, { change = () => {}, base, who = people.pop(), ...options } = {}) {
	const proxy = await new Proxy(it.instance.port, behaviour).start();
	change(proxy);
	const headers = who.credentials();
	const Source = class extends NodeEventSource {
		constructor(url) {
			super(url, headers);
		}
	};
	const api = new Api(new URL(base || '', proxy.url).href, {
		timeout: 3000,
		fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
	});
	const { cursor } = await who.sync();
	// A busy machine is late; what a proxy holds is later.
	const one = new Survey(api, {
		cursor, client: 'survey', EventSource: Source, quiet: 4, timing: { apart: 3500 }, ...options,
	});
	const steps = [];
	one.addEventListener('step', () => steps.push(one.topic));
	try {
		await one.run();
	} finally {
		await proxy.stop();
	}
	return {
		found: Object.fromEntries(one.findings.map((f) => [f.topic, f])), facts: one.facts, steps,
	};
}

const words = ({ found }) => Object.values(found).map((f) => `${f.topic} ${f.word}`);

/* Most of each is waiting; they have nothing in common. */
describe('a survey', { concurrency: true }, () => {
	test('a network that passes everything: all is well, and each step is told', async () => {
		const result = await survey({ via: '1.1 tree' });
		assert.deepEqual(words(result), ['answers ours', 'verbs all', 'stream flows', 'idle lasts']);
		assert.ok(Object.values(result.found).every((f) => f.grade === 'good'));
		assert.ok(result.found.answers.values.ms >= 0);
		assert.deepEqual([...new Set(result.steps)], ['answers', 'verbs', 'stream', 'idle', '']);
		assert.match(result.facts.version, /^\d+\.\d+/);
		assert.ok(result.facts.between.includes('Via: 1.1 tree'), result.facts.between.join());
	});

	test('streams held to their end are silent; the rest still passes', async () => {
		const { found } = await survey({ holdStream: true }, { trust: 2500, quiet: 2 });
		assert.equal(found.stream.word, 'silent');
		assert.equal(found.stream.grade, 'fair');
		assert.equal(found.idle.word, 'lasts');
	});

	test('hello and probe in one piece are a buffer\'s doing', async () => {
		// More than a hello, less than a hello and a probe.
		const { found } = await survey({ buffer: 197 }, { quiet: 2 });
		assert.equal(found.stream.word, 'buffered');
	});

	test('frames held until the next: padding gets them through', async () => {
		const { found } = await survey({ holdFrame: true }, { quiet: 2 });
		assert.equal(found.stream.word, 'padded');
	});

	test('a stream that goes mute is not taken for a good one', async () => {
		const { found } = await survey({ mute: () => 2300 }, { quiet: 2, timing: { apart: 3500, probe: 3000 } });
		assert.equal(found.stream.word, 'mute');
	});

	test('a stream cut is told from one refused', async () => {
		const cut = await survey({ cut: 2500 }, { quiet: 2 });
		assert.equal(cut.found.stream.word, 'cut');
		const refused = await survey({}, {
			quiet: 2, change: (proxy) => {
				proxy.refuse = /^\/stream\/events/;
			},
		});
		assert.equal(refused.found.stream.word, 'refused');
	});

	test('a quiet connection that is cut is told with its length', async () => {
		const { found } = await survey({ idle: 3000 }, { quiet: 8 });
		assert.equal(found.idle.word, 'cut');
		assert.ok(found.idle.values.s >= 2 && found.idle.values.s < 8, found.idle.values.s);
	});

	test('other verbs blocked is no fault, POST blocked is', async () => {
		assert.equal((await survey({ methods: ['GET', 'POST'] }, { quiet: 2 })).found.verbs.word, 'two');
		const { found } = await survey({ methods: ['GET'] }, { quiet: 2 });
		assert.deepEqual([found.verbs.word, found.verbs.grade], ['get', 'bad']);
	});

	test('somebody else\'s answers, or none, end the survey', async () => {
		const portal = await survey({}, {
			change: (proxy) => {
				proxy.portal = true;
			},
		});
		assert.deepEqual(words(portal), ['answers foreign']);
		const dark = await survey({}, {
			change: (proxy) => {
				proxy.dark = true;
			},
		});
		assert.deepEqual(words(dark), ['answers down']);
	});

	test('under plain CGI there is nothing to stream and nothing to hold', async () => {
		assert.deepEqual(words(await survey({}, { base: 'cgi-bin/palabre.cgi/' })),
			['answers ours', 'verbs all', 'stream none', 'idle none']);
	});

	test('where it never is quiet, that is said', async () => {
		const who = people.pop();
		const room = await who.room();
		const timer = setInterval(() => who.send(room, 'talk'), 400);
		try {
			const { found } = await survey({}, { limit: 1500, who });
			assert.equal(found.idle.word, 'busy');
		} finally {
			clearInterval(timer);
		}
	});
});
