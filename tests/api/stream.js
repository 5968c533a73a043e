/* stream.js - reads an SSE stream byte by byte and holds it to its framing. */

import assert from 'node:assert/strict';
import http from 'node:http';

/** A place in the log: one ASCII token of at most 64 bytes, EPOCH.POSITION in form. */
export const CURSOR = /^(?=[\x21-\x7e]{3,64}$)[^.]+\.[^.]+$/;

/**
 * A frame: what stands between two empty lines. data is parsed; id, retry and comment are
 * undefined where the frame has none; chunk counts the network reads it took.
 * @typedef {{id?: string, retry?: number, data?: object, comment?: string, chunk: number,
 *            at: number}} Frame
 */

export class Stream {
	constructor(url, headers) {
		/** @type {Frame[]} */
		this.frames = [];
		this.status = 0;
		this.headers = {};
		this.ended = false;
		/** whether the reply ended as it should (the last chunk came), not by a cut */
		this.clean = false;
		this.error = null;
		this.started = performance.now();
		this.seen = 0;
		this.chunks = 0;
		this.rest = Buffer.alloc(0);
		this.wakers = new Set();
		this.req = http.get(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false });
		this.req.on('error', (e) => this.#finish(e));
		this.req.on('response', (res) => {
			this.res = res;
			this.status = res.statusCode;
			this.headers = res.headers;
			res.on('data', (c) => this.#take(c));
			res.on('end', () => {
				this.clean = res.complete;
				this.#finish(null);
			});
			res.on('error', (e) => this.#finish(e));
			this.#wake();
		});
	}

	#take(bytes) {
		this.chunks++;
		this.rest = Buffer.concat([this.rest, bytes]);
		if (this.status !== 200) {
			return;
		}
		try {
			for (;;) {
				const end = this.rest.indexOf('\n\n');
				if (end < 0) {
					break;
				}
				const text = this.rest.subarray(0, end).toString('utf8');
				assert.ok(Buffer.from(text).equals(this.rest.subarray(0, end)), 'valid UTF-8');
				this.rest = this.rest.subarray(end + 2);
				const frame = parseFrame(text);
				frame.chunk = this.chunks;
				frame.at = performance.now() - this.started;
				this.frames.push(frame);
			}
		} catch (e) {
			this.req.destroy();
			this.#finish(e);
		}
		this.#wake();
	}

	#finish(error) {
		this.ended = true;
		this.error ??= error;
		this.#wake();
	}

	#wake() {
		for (const w of this.wakers) {
			w();
		}
	}

	/** Resolves once test() gives something true, which is returned. */
	wait(test, what, ceiling = 20_000) {
		return new Promise((resolve, reject) => {
			const done = (fn, v) => {
				clearTimeout(timer);
				this.wakers.delete(look);
				fn(v);
			};
			const look = () => {
				let v;
				try {
					v = test();
				} catch (e) {
					return done(reject, e);
				}
				if (v) {
					return done(resolve, v);
				}
				if (this.error && this.error.code === 'ERR_ASSERTION') {
					return done(reject, this.error);
				}
				if (this.ended) {
					return done(reject, new Error(`the stream ended (${this.error ?? 'by itself'
					}, status ${this.status} ${this.rest}) without: ${what}\n${this.tail()}`));
				}
			};
			const timer = setTimeout(() => done(reject,
				new Error(`${ceiling} ms passed without: ${what}\n${this.tail()}`)), ceiling);
			this.wakers.add(look);
			look();
		});
	}

	tail() {
		return this.frames.slice(-8).map((f) => `${f.id ?? '-'} ${JSON.stringify(f.data ?? f.comment)}`)
			.join('\n');
	}

	/** The hello frame. */
	async hello(ceiling) {
		await this.wait(() => this.status, 'a reply', ceiling);
		assert.equal(this.status, 200, this.rest.toString());
		return (await this.frame((f) => f.data?.type === 'hello', 'hello', ceiling)).data;
	}

	/** The first frame, from the beginning on, that test likes. */
	frame(test, what, ceiling) {
		return this.wait(() => this.frames.find(test), what, ceiling);
	}

	/** The first event of that type (and seq, and room), as data. */
	async event(type, { room, seq } = {}, ceiling) {
		const f = await this.frame((g) => g.data?.type === type
			&& (room === undefined || g.data.room === room)
			&& (seq === undefined || g.data.seq === seq),
		`${type} of room ${room} seq ${seq}`, ceiling);
		return f.data;
	}

	/** Resolves when the stream is over, with its last data frame. */
	async end(ceiling = 20_000) {
		await this.wait(() => this.ended, 'the end', ceiling);
		return this.frames.filter((f) => f.data).at(-1)?.data;
	}

	/** All durable events so far, as they came. */
	get events() {
		return this.frames.filter((f) => f.data && 'seq' in f.data).map((f) => f.data);
	}

	/** What EventSource would send as Last-Event-ID. */
	get cursor() {
		return this.frames.filter((f) => f.id !== undefined).at(-1)?.id;
	}

	close() {
		this.req.destroy();
		this.ended = true;
	}
}

const BARE = new Set(['probe', 'bye', 'typing', 'receipt', 'presence']);

function parseFrame(text) {
	const frame = {};
	assert.ok(!text.includes('\r'), `no CR in a frame: ${JSON.stringify(text)}`);
	for (const line of text.split('\n')) {
		const m = /^(id|retry|data): (.*)$/s.exec(line);
		if (line.startsWith(':')) {
			frame.comment = (frame.comment ?? '') + line + '\n';
		} else {
			assert.ok(m, `a line of SSE: ${JSON.stringify(line)}`);
			assert.ok(!(m[1] in frame), `one ${m[1]} line a frame: ${JSON.stringify(text)}`);
			frame[m[1]] = m[2];
		}
	}
	if (frame.retry !== undefined) {
		assert.match(frame.retry, /^[0-9]+$/);
		frame.retry = Number(frame.retry);
	}
	if (frame.id !== undefined) {
		assert.match(frame.id, CURSOR);
	}
	if (frame.data !== undefined) {
		assert.ok(!/[\u2028\u2029\u0000-\u001f]/.test(frame.data), 'one line of JSON to every reader');
		frame.data = JSON.parse(frame.data);
		assert.equal(typeof frame.data.type, 'string');
		if (!BARE.has(frame.data.type)) {
			assert.ok(frame.id !== undefined, `${frame.data.type} carries an id`);
		}
		if ('cursor' in frame.data) {
			assert.equal(frame.data.cursor, frame.id, 'cursor and id are one');
		}
	}
	return frame;
}

/**
 * The client's rule of PROTOCOL §4: per room, apply seq == last + 1, ignore what is at or
 * below last, and never see a jump. A room is opened at the first number it is given.
 */
export class Ledger {
	/** @param {Record<number, number>} [last] room → the highest seq already known */
	constructor(last = {}) {
		this.last = new Map(Object.entries(last).map(([k, v]) => [Number(k), v]));
		/** room → its events in order */
		this.rooms = new Map();
	}

	take(events) {
		for (const e of events) {
			if (!('seq' in e)) {
				continue;
			}
			const last = this.last.get(e.room);
			if (last !== undefined && e.seq <= last) {
				continue;
			}
			if (last !== undefined) {
				assert.equal(e.seq, last + 1, `room ${e.room} jumps from ${last} to ${e.seq}`);
			}
			this.last.set(e.room, e.seq);
			if (!this.rooms.has(e.room)) {
				this.rooms.set(e.room, []);
			}
			this.rooms.get(e.room).push(e);
		}
		return this;
	}

	of(room) {
		return this.rooms.get(room.id ?? room) ?? [];
	}

	seqs(room) {
		return this.of(room).map((e) => e.seq);
	}
}

/** Polls from cursor until done(events, ledger) or an empty answer where done is not given. */
export async function follow(client, cursor, { wait = 0, ledger = new Ledger(), done, ceiling = 30_000 } = {}) {
	const end = performance.now() + ceiling;
	let at = cursor;
	for (;;) {
		const r = await client.poll(at, wait);
		assert.equal(r.resume, 'exact', `a resume from ${at} is exact`);
		assert.match(r.cursor, CURSOR);
		ledger.take(r.events);
		at = r.cursor;
		if (done ? done(ledger) : r.events.length === 0) {
			return { ledger, cursor: at };
		}
		assert.ok(performance.now() < end,
			`${ceiling} ms of polling from ${cursor} were not enough: ${JSON.stringify(r).slice(0, 300)}`);
	}
}
