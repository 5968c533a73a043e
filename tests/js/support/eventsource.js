/**
 * eventsource.js - as much of EventSource as the page uses, for node.
 */

import http from 'node:http';

export class NodeEventSource {
	/**
	 * @param {string} url
	 * @param {Record<string, string>} [headers]
	 */
	constructor(url, headers = {}) {
		/** @type {((e: any) => void)|null} */ this.onmessage = null;
		/** @type {(() => void)|null} */ this.onerror = null;
		this.closed = false;
		this.id = '';
		this.request = http.get(url, { agent: false, headers }, (reply) => {
			const type = reply.headers['content-type'] || '';
			if (reply.statusCode !== 200 || !type.startsWith('text/event-stream')) {
				this.#fail();
				return;
			}
			let text = '';
			reply.setEncoding('utf8');
			reply.on('data', (chunk) => {
				text += chunk;
				for (let end; (end = text.indexOf('\n\n')) >= 0;) {
					this.#frame(text.slice(0, end));
					text = text.slice(end + 2);
				}
			});
			reply.on('end', () => this.#fail());
			reply.on('error', () => this.#fail());
		});
		this.request.on('error', () => this.#fail());
	}

	/** @param {string} text */
	#frame(text) {
		const data = [];
		for (const line of text.split('\n')) {
			if (line.startsWith('id: ')) {
				this.id = line.slice(4);
			} else if (line.startsWith('data: ')) {
				data.push(line.slice(6));
			}
		}
		if (data.length && !this.closed) {
			this.onmessage?.({ data: data.join('\n'), lastEventId: this.id });
		}
	}

	#fail() {
		if (!this.closed) {
			this.onerror?.();
		}
	}

	close() {
		this.closed = true;
		this.request.destroy();
	}
}
