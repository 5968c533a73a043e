/* presence.js - users who come online all at once: what each stream is told of it. */

import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { token } from './fill.js';

/* Presence is told of late, and at most so often, on purpose. */
const LISTEN_SECONDS = 8;

/** One stream, read and counted. */
class Listener {
	text = '';

	constructor(port, user) {
		this.open = new Promise((done, failed) => {
			this.socket = net.connect(port, '127.0.0.1', () => this.socket.write(
				'GET /stream/events HTTP/1.1\r\nHost: 127.0.0.1\r\n' +
				`Authorization: Bearer ${token(user)}\r\n\r\n`));
			this.socket.setEncoding('latin1');
			this.socket.on('data', (piece) => {
				this.text += piece;
				if (this.text.includes('"type":"hello"')) {
					done();
				}
			});
			this.socket.on('error', failed);
			this.socket.on('close', failed);
		});
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
		l.socket.removeAllListeners('close');
		l.socket.destroy();
	}
	return {
		told: Math.max(...counts.map((c) => c.told)),
		pieces: Math.max(...counts.map((c) => c.pieces)),
		seconds,
	};
}
