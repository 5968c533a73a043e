/**
 * survey.js - measures what the network between this page and the server does: who
 * answers, which verbs pass, whether a stream flows, how long a quiet connection lasts.
 *
 * One thing after the other, so that it takes one connection at a time from the page.
 */

import { ApiError, judge, query } from './api.js';
import { poll } from './longpoll.js';
import { SseStream } from './sse.js';
import { TIMING } from './verdict.js';

/** @import {Api} from './api.js' */
/** @import {Timing} from './verdict.js' */

/** @typedef {"answers"|"verbs"|"stream"|"idle"} Topic in the order in which they are tried */

/**
 * What was found out of a topic: in a word, with its figures, and how bad that is. Bad is
 * what Palabre cannot go round.
 * @typedef {{topic: Topic, word: string, grade: "good"|"fair"|"bad",
 *   values: Record<string, number|string>}} Finding
 */

/**
 * @typedef {object} Facts that a report tells besides
 * @property {string} version of the server
 * @property {string} http the version of HTTP that the browser speaks to whoever is next
 * @property {string[]} between what names itself in the headers of a reply
 */

/**
 * @typedef {object} SurveyOptions
 * @property {string} cursor where the page is
 * @property {string} client names its streams
 * @property {typeof EventSource} [EventSource]
 * @property {Timing} [timing]
 * @property {number} [quiet] s that a quiet connection is watched
 * @property {number} [limit] ms after which that is given up, where it never is quiet
 * @property {number} [trust] ms that the first word of a stream is waited for
 */

export const TOPICS = /** @type {Topic[]} */ (['answers', 'verbs', 'stream', 'idle']);

/** What of a reply's headers names who passed it on. */
const NAMES = ['Server', 'Via', 'X-Cache', 'CF-RAY', 'X-Served-By'];
const TRIES = 5;
/** A poll that broke sooner than this, in s, was not cut for its silence. */
const SHORTEST = 2;
/** Seconds between two beats of the stream that is watched. */
const BEAT = 2;

/** @param {number[]} values */
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Events: `step` when a topic begins or is done, or its time goes on. */
export class Survey extends EventTarget {
	/** @type {Finding[]} */ findings = [];
	/** @type {Facts} */ facts = { version: '', http: '', between: [] };
	/** @type {Topic|""} what is being measured */ topic = '';
	/** s that the connection has been quiet. */
	quietFor = 0;
	#offers = ['sse', 'long-poll', 'poll'];
	#abort = new AbortController();

	/**
	 * @param {Api} api
	 * @param {SurveyOptions} options
	 */
	constructor(api, options) {
		super();
		this.api = api;
		this.options = options;
		this.timing = { ...TIMING, ...options.timing };
		this.quiet = options.quiet || 50;
		this.limit = options.limit || 120000;
		this.cursor = options.cursor;
	}

	/** Nobody wants to know any more. */
	stop() {
		this.#abort.abort();
	}

	get stopped() {
		return this.#abort.signal.aborted;
	}

	/** @returns {Promise<void>} once all is measured, or what cannot be is left out */
	async run() {
		const measures = {
			answers: () => this.#answers(), verbs: () => this.#verbs(),
			stream: () => this.#stream(), idle: () => this.#idle(),
		};
		for (const topic of TOPICS) {
			if (this.stopped) {
				return;
			}
			this.topic = topic;
			this.#tell();
			const [word, grade, values = {}] = await measures[topic]();
			this.findings.push({ topic, word, grade, values });
			if (topic === 'answers' && grade === 'bad') {
				// Whatever else there is to find out, it is not of our server.
				break;
			}
		}
		this.topic = '';
		this.#tell();
	}

	#tell() {
		if (!this.stopped) {
			this.dispatchEvent(new Event('step'));
		}
	}

	/**
	 * One request, and whether the server itself answered.
	 * @param {string} method
	 * @param {string} path below api/v1/
	 * @param {string} expect a key of its answer
	 */
	async #request(method, path, expect) {
		const href = new URL(`api/v1/${path}`, this.api.base).href;
		const body = method === 'POST'
			? { headers: { 'Content-Type': 'application/json' }, body: '{}' } : {};
		const abort = new AbortController();
		const stop = () => abort.abort();
		const timer = setTimeout(stop, this.api.timeout);
		this.#abort.signal.addEventListener('abort', stop, { signal: abort.signal });
		const start = performance.now();
		try {
			const reply = await this.api.fetch(href, {
				method, credentials: 'same-origin', cache: 'no-store', signal: abort.signal, ...body,
			});
			const text = await reply.text();
			const ms = performance.now() - start;
			return { href, reply, ms, said: judge(text, reply.status, null, expect) };
		} finally {
			clearTimeout(timer);
		}
	}

	/** @returns {Promise<Found>} */
	async #answers() {
		/** @type {number[]} */
		const times = [];
		for (let i = 0; i < TRIES; i++) {
			try {
				const { href, reply, ms, said } = await this.#request('GET', 'status', 'protocol');
				times.push(ms);
				this.#offers = said.transports;
				this.facts.version = said.version;
				this.facts.between = NAMES.flatMap((name) => {
					const value = reply.headers.get(name);
					return value ? [`${name}: ${value}`] : [];
				});
				const seen = /** @type {any} */ (performance.getEntriesByName(href).at(-1));
				this.facts.http = seen?.nextHopProtocol || this.facts.http;
			} catch (error) {
				return error instanceof ApiError && error.kind === 'foreign'
					? ['foreign', 'bad'] : ['down', 'bad'];
			}
		}
		return ['ours', 'good', { ms: Math.round(middle(times)) }];
	}

	/** @returns {Promise<Found>} */
	async #verbs() {
		try {
			// Changes nothing: there is nothing in it.
			await this.#request('POST', 'me', 'user');
		} catch {
			return ['get', 'bad'];
		}
		try {
			await this.#request('PUT', 'status', 'protocol');
		} catch (error) {
			// The server refuses it, in its own words: so it came that far.
			return error instanceof ApiError && error.code === 'method_not_allowed'
				? ['all', 'good'] : ['two', 'good'];
		}
		return ['two', 'good'];
	}

	/** @returns {Promise<Found>} */
	async #stream() {
		if (!this.#offers.includes('sse')) {
			return ['none', 'good'];
		}
		const first = await this.#watch(0);
		if (first[0] !== 'held') {
			return first;
		}
		const padded = await this.#watch(this.timing.pad);
		return padded[0] === 'flows' ? ['padded', 'fair'] : first;
	}

	/**
	 * A stream, from its beginning to its first beat.
	 * @param {number} pad
	 * @returns {Promise<Found>}
	 */
	#watch(pad) {
		const { timing, options: { client, EventSource, trust = 8000 } } = this;
		const fields = query({ client: `${client}-s`, beat: BEAT, pad: pad || undefined });
		return new Promise((resolve) => {
			/** @type {ReturnType<typeof setTimeout>|undefined} */
			let timer;
			const end = (/** @type {Found} */ found) => {
				clearTimeout(timer);
				stream.close();
				resolve(found);
			};
			const within = (/** @type {number} */ ms, /** @type {Found} */ found) => {
				clearTimeout(timer);
				timer = setTimeout(() => end(found), ms);
			};
			let flows = false;
			let ms = 0;
			const stream = new SseStream(new URL(`stream/events${fields}`, this.api.base).href, {
				onEvent: ({ type }) => {
					if (type === 'hello') {
						stream.greeted(this.api.fastest, timing);
						ms = Math.round(stream.helloAt - stream.opened);
						within(timing.probe, ['held', 'fair']);
					} else if (type === 'probe') {
						const fault = stream.probed(timing);
						flows = true;
						if (fault && !(fault === 'held' && pad)) {
							end([fault, 'fair']);
						} else {
							within(BEAT * 1200 + timing.probe, ['mute', 'fair']);
						}
					} else if (type === 'beat' && flows) {
						end(['flows', 'good', { ms }]);
					}
				},
				onError: () => end(stream.helloAt ? ['cut', 'fair', {
					s: Math.round((performance.now() - stream.helloAt) / 1000),
				}] : ['refused', 'fair']),
			}, EventSource);
			within(trust, ['silent', 'fair', { s: Math.round(trust / 1000) }]);
			this.#abort.signal.addEventListener('abort', () => end(['silent', 'fair']));
		});
	}

	/** @returns {Promise<Found>} */
	async #idle() {
		if (!this.#offers.includes('long-poll')) {
			return ['none', 'good'];
		}
		const end = performance.now() + this.limit;
		let longest = 0;
		for (;;) {
			const since = performance.now();
			const held = () => (performance.now() - since) / 1000;
			const clock = setInterval(() => {
				this.quietFor = Math.floor(held());
				this.#tell();
			}, 1000);
			try {
				const reply = await poll(this.api, {
					cursor: this.cursor, wait: this.quiet, client: '', signal: this.#abort.signal,
				});
				this.cursor = reply.cursor;
				longest = Math.max(longest, held());
			} catch {
				return held() < SHORTEST ? ['broken', 'fair']
					: ['cut', 'fair', { s: Math.round(held()) }];
			} finally {
				clearInterval(clock);
			}
			if (longest >= this.quiet * 0.9) {
				return ['lasts', 'good', { s: this.quiet }];
			}
			if (performance.now() > end || this.stopped) {
				return ['busy', 'good', { s: Math.floor(longest) }];
			}
		}
	}
}

/** @typedef {[string, "good"|"fair"|"bad", Record<string, number|string>?]} Found */
