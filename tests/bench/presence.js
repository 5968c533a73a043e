/* presence.js - users who come online all at once: what each stream is told of it. */

import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { token } from './fill.js';

/* Presence is told of late, and at most so often, on purpose. */
const LISTEN_SECONDS = 8;

/* As a browser does, a stream that is refused or breaks is asked for again. */
const RETRY_MS = 300;

/** One stream, read and counted. */
class Listener {
	text = '';

	constructor(port, user) {
		this.open = new Promise((done) => this.#connect(port, user, done));
	}

	#connect(port, user, opened) {
		const start = this.text.length;
		const again = () => {
			this.socket.destroy();
			this.retry = setTimeout(() => this.#connect(port, user, opened), RETRY_MS);
		};
		this.socket = net.connect(port, '127.0.0.1', () => this.socket.write(
			'GET /stream/events HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
			`Authorization: Bearer ${token(user)}\r\n\r\n`));
		this.socket.setEncoding('latin1');
		this.socket.on('data', (piece) => {
			this.text += piece;
			if (this.text.startsWith('HTTP/1.1 503', start)) {
				this.text = this.text.slice(0, start);
				this.socket.end();
			} else if (this.text.includes('"type":"hello"', start)) {
				opened();
			}
		});
		this.socket.on('error', () => {});
		this.socket.once('close', again);
	}

	stop() {
		clearTimeout(this.retry);
		this.socket.removeAllListeners('close');
		this.socket.destroy();
	}

	/** What came in all: how often somebody's presence was told, in how many pieces. */
	count() {
		const chunks = this.text.split(/\r\n[0-9a-f]+\r\n/).slice(1);
		return {
			told: this.text.split('"type":"presence"').length - 1,
			pieces: chunks.filter((chunk) => chunk.includes('"type":"presence"')).length,
		};
	}
}

/**
 * Opens a stream for each of so many users at once, from a first one on.
 * @returns {Promise<{told: number, pieces: number, seconds: number}>} the most that any got
 */
export async function comeOnline(port, first, users) {
	const begin = Date.now();
	const listeners = Array.from({ length: users }, (_, n) => new Listener(port, first + n));
	await Promise.all(listeners.map((l) => l.open));
	const seconds = (Date.now() - begin) / 1000;
	await sleep(LISTEN_SECONDS * 1000);
	const counts = listeners.map((l) => l.count());
	for (const l of listeners) {
		l.stop();
	}
	return {
		told: Math.max(...counts.map((c) => c.told)),
		pieces: Math.max(...counts.map((c) => c.pieces)),
		seconds,
	};
}
