/**
 * upload.js - one file to the server, with word of how far it has come.
 *
 * By XMLHttpRequest: fetch() does not tell how much of a body has left.
 */

import { ApiError, judge } from './api.js';

/** Without a byte moving for so long, in ms, the way is taken to be dead. */
const STALL = 20000;
/** What the server may take to look through a file that it has whole, in ms. */
const ANSWER = 30000;
/** Later would not help; the same once there is room, by the sender's own will. */
const FINAL = /^(quota_reached|storage_full|too_large)$/;

/** @import {Api} from './api.js' */
/** @import {Attachment} from './types.js' */

/**
 * @typedef {object} Way
 * @property {AbortSignal} signal
 * @property {(part: number) => void} progress called with 0 to 1
 * @property {number} [stall] ms
 */

/**
 * @param {XMLHttpRequest} request
 * @returns {Attachment}
 */
function attachmentOf(request) {
	if (request.status === 413) {
		// Whoever says so, a web server or a proxy on the way: it will say so again.
		throw new ApiError('refused', 'too_large', { status: 413 });
	}
	try {
		return judge(request.responseText, request.status,
			request.getResponseHeader('Retry-After'), 'attachment').attachment;
	} catch (error) {
		if (error instanceof ApiError && FINAL.test(error.code)) {
			throw new ApiError('refused', error.code, { status: error.status });
		}
		throw error;
	}
}

/**
 * @param {Api} api
 * @param {string} name
 * @param {Blob} blob
 * @param {Way} way
 * @returns {Promise<Attachment>} rejects with an ApiError
 */
export function upload(api, name, blob, way) {
	const request = new XMLHttpRequest();
	/** @type {ReturnType<typeof setTimeout>|undefined} */
	let timer;
	const alive = (/** @type {number} */ ms) => {
		clearTimeout(timer);
		timer = setTimeout(() => request.abort(), ms);
	};
	const stall = way.stall || STALL;
	const stop = () => request.abort();
	return new Promise((/** @type {(a: Attachment) => void} */ resolve, reject) => {
		request.open('POST', new URL(`api/v1/uploads?name=${encodeURIComponent(name)}`, api.base).href);
		request.setRequestHeader('X-Palabre', '1');
		request.setRequestHeader('Content-Type', blob.type || 'application/octet-stream');
		request.upload.onprogress = (e) => {
			alive(stall);
			way.progress(e.total ? e.loaded / e.total : 0);
		};
		request.upload.onload = () => alive(ANSWER);
		request.onload = () => {
			try {
				resolve(attachmentOf(request));
			} catch (error) {
				api.refused(/** @type {ApiError} */ (error));
				reject(error);
			}
		};
		request.onerror = () => reject(new ApiError('down', 'unreachable'));
		request.onabort = () => reject(new ApiError('down', 'timed_out'));
		way.signal.addEventListener('abort', stop);
		alive(stall);
		request.send(blob);
	}).finally(() => {
		clearTimeout(timer);
		way.signal.removeEventListener('abort', stop);
	});
}
