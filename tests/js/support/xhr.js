/**
 * xhr.js - as much of XMLHttpRequest as uploads use, for node: real requests, a piece of the
 * body at a time.
 */

import http from 'node:http';

const PIECE = 4096;

export class NodeXMLHttpRequest {
	/** @type {any} */ upload = {};
	/** @type {(() => void)|null} */ onload = null;
	/** @type {(() => void)|null} */ onerror = null;
	/** @type {(() => void)|null} */ onabort = null;
	status = 0;
	responseText = '';
	/** @type {Record<string, string>} */ #headers = {};
	/** @type {http.IncomingHttpHeaders} */ #got = {};
	/** @type {http.ClientRequest|null} */ #request = null;
	#url = '';
	#over = false;

	/** @param {string} _method @param {string} url */
	open(_method, url) {
		this.#url = url;
	}

	/** @param {string} name @param {string} value */
	setRequestHeader(name, value) {
		this.#headers[name] = value;
	}

	/** @param {string} name */
	getResponseHeader(name) {
		return this.#got[name.toLowerCase()] ?? null;
	}

	/** @param {"onload"|"onerror"|"onabort"} how */
	#end(how) {
		if (!this.#over) {
			this.#over = true;
			this[how]?.();
		}
	}

	abort() {
		this.#request?.destroy();
		this.#end('onabort');
	}

	/** @param {Blob} blob */
	async send(blob) {
		const bytes = Buffer.from(await blob.arrayBuffer());
		const request = http.request(this.#url, {
			method: 'POST', agent: false, headers: { ...this.#headers, 'Content-Length': bytes.length },
		}, async (reply) => {
			this.status = reply.statusCode || 0;
			this.#got = reply.headers;
			try {
				for await (const chunk of reply) {
					this.responseText += chunk;
				}
				this.#end('onload');
			} catch {
				this.#end('onerror');
			}
		});
		this.#request = request;
		request.on('error', () => this.#end('onerror'));
		for (let at = 0; at < bytes.length && !this.#over; at += PIECE) {
			const piece = bytes.subarray(at, at + PIECE);
			await new Promise((done) => request.write(piece, done));
			this.upload.onprogress?.({ loaded: at + piece.length, total: bytes.length });
		}
		if (!this.#over) {
			this.upload.onload?.();
			request.end();
		}
	}
}
