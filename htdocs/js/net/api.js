/**
 * api.js - one call to the server, judged by what it says.
 *
 * Networks rewrite status and Content-Type alike, so a reply counts as the server's
 * only when it parses as an object of ours. Everything else is the network's doing.
 */

/**
 * - refused: the server said no, and will say no again
 * - busy: the server said later (429, 5xx, its database is away)
 * - foreign: somebody else answered (captive portal, proxy error page)
 * - down: nobody answered
 * @typedef {"refused"|"busy"|"foreign"|"down"} Failure
 */

/** Codes that mean "later" even if a middlebox rewrote the status. */
const LATER = /^(unavailable|internal|storage_full|too_many_(requests|attempts))$/;

export class ApiError extends Error {
	/**
	 * @param {Failure} kind
	 * @param {string} code
	 * @param {{message?: string, field?: string, status?: number, after?: number}} [more]
	 */
	constructor(kind, code, more = {}) {
		super(more.message || code);
		this.name = 'ApiError';
		this.kind = kind;
		this.code = code;
		this.field = more.field || '';
		this.status = more.status || 0;
		/** Seconds the server asked us to wait, 0 when it did not say. */
		this.after = more.after || 0;
	}

	/** @returns {boolean} whether the same call may well work a little later */
	get transient() {
		return this.kind !== 'refused';
	}
}

/**
 * Turn a reply's text into our object or an ApiError.
 * @param {string} text
 * @param {number} status
 * @param {string|null} retryAfter
 * @param {string} [expect] a key that a good reply has
 * @returns {any}
 */
export function judge(text, status, retryAfter, expect) {
	/** @type {any} */
	let body = null;
	try {
		body = JSON.parse(text);
	} catch {
		// not ours
	}
	if (body === null || typeof body !== 'object' || Array.isArray(body)) {
		throw new ApiError('foreign', 'foreign_reply', { status });
	}
	const error = body.error;
	if (error && typeof error === 'object' && typeof error.code === 'string') {
		const after = Number(retryAfter) || 0;
		const later = status >= 500 || status === 429 || LATER.test(error.code);
		throw new ApiError(later ? 'busy' : 'refused', error.code,
			{ message: error.message, field: error.field, status, after });
	}
	if (expect && !(expect in body)) {
		throw new ApiError('foreign', 'foreign_reply', { status });
	}
	return body;
}

export class Api {
	/**
	 * @param {string} base absolute URL of the deployment, with a final slash
	 * @param {{fetch?: typeof fetch, timeout?: number}} [options]
	 */
	constructor(base, options = {}) {
		this.base = base;
		this.timeout = options.timeout || 10000;
		/** @type {typeof fetch} */
		this.fetch = options.fetch || ((input, init) => fetch(input, init));
		/** Smoothed round trip in ms; 0 until measured. */
		this.rtt = 0;
		/** The shortest one, which a busy machine does not stretch. */
		this.fastest = 0;
		/** Called with the error whenever the server says we are not signed in. */
		this.onSignedOut = () => {};
	}

	/**
	 * @param {string} path below api/v1/
	 * @param {{expect?: string, timeout?: number}} [options]
	 * @returns {Promise<any>}
	 */
	get(path, options = {}) {
		return this.call('GET', `api/v1/${path}`, undefined, options);
	}

	/**
	 * @param {string} path below api/v1/
	 * @param {object} [body]
	 * @param {{expect?: string, timeout?: number, keepalive?: boolean,
	 *   signal?: AbortSignal}} [options]
	 * @returns {Promise<any>}
	 */
	post(path, body = {}, options = {}) {
		return this.call('POST', `api/v1/${path}`, body, options);
	}

	/**
	 * @param {string} method
	 * @param {string} path relative to the base
	 * @param {object|undefined} body
	 * @param {{expect?: string, timeout?: number, keepalive?: boolean,
	 *   signal?: AbortSignal, quiet?: boolean}} options quiet: not a measure of the RTT
	 * @returns {Promise<any>}
	 */
	async call(method, path, body, options) {
		const abort = new AbortController();
		const stop = () => abort.abort();
		const timer = setTimeout(stop, options.timeout || this.timeout);
		options.signal?.addEventListener('abort', stop);
		const start = performance.now();
		let text = '';
		let status = 0;
		/** @type {string|null} */
		let after = null;
		try {
			const reply = await this.fetch(new URL(path, this.base).href, {
				method,
				headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
				body: body === undefined ? undefined : JSON.stringify(body),
				credentials: 'same-origin',
				cache: 'no-store',
				keepalive: options.keepalive || false,
				signal: abort.signal,
			});
			status = reply.status;
			after = reply.headers.get('Retry-After');
			text = await reply.text();
		} catch (error) {
			throw new ApiError('down', abort.signal.aborted ? 'timed_out' : 'unreachable',
				{ message: String(error) });
		} finally {
			clearTimeout(timer);
			options.signal?.removeEventListener('abort', stop);
		}
		if (!options.quiet) {
			this.#measured(performance.now() - start);
		}
		return this.#judged(text, status, after, options.expect);
	}

	/**
	 * @param {string} text
	 * @param {number} status
	 * @param {string|null} after
	 * @param {string} [expect]
	 */
	#judged(text, status, after, expect) {
		try {
			return judge(text, status, after, expect);
		} catch (error) {
			this.refused(/** @type {ApiError} */ (error));
			throw error;
		}
	}

	/** @param {ApiError} error perhaps the word that we are signed out */
	refused(error) {
		if (error.kind === 'refused' && (error.code === 'not_signed_in'
			|| (error.status === 401 && error.code !== 'bad_credentials'))) {
			this.onSignedOut();
		}
	}

	/** @param {number} ms */
	#measured(ms) {
		this.fastest = this.fastest ? Math.min(this.fastest, ms) : ms;
		this.rtt = this.rtt ? this.rtt * 0.7 + ms * 0.3 : ms;
	}
}

/**
 * A query string from what is set.
 * @param {Record<string, string|number|undefined|null>} fields
 */
export function query(fields) {
	const search = new URLSearchParams();
	for (const [key, value] of Object.entries(fields)) {
		if (value !== undefined && value !== null && value !== '') {
			search.set(key, String(value));
		}
	}
	const text = search.toString();
	return text ? `?${text}` : '';
}
