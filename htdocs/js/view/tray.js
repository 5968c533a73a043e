/**
 * tray.js - the files that will go with what is being written: seen, taken out again,
 * kept while one is in another room.
 */

import { h, icon, iconButton, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { kind, scaled } from '../lib/picture.js';
import { size } from './pictures.js';
import { toast } from './toast.js';

/** @import {Outgoing} from '../model/uploads.js' */
/** @import {Context} from './view.js' */

/** A message holds no more. */
const MOST = 10;

/** @typedef {Omit<Outgoing, "key"|"attachment"|"error"> & {blob: Blob}} Ready */
/** @typedef {{file: Ready, url: string}} Item */

/**
 * Its measures as they will be seen; 0 for what this browser cannot show.
 * @param {string} url
 */
async function measure(url) {
	const img = new Image();
	img.src = url;
	await img.decode().catch(() => {});
	return { width: img.naturalWidth, height: img.naturalHeight };
}

/** Files that are being looked at, of all trays. */
let unready = 0;

/** @param {number} more of them than before */
function looking(more) {
	unready += more;
	(unready ? addEventListener : removeEventListener)('beforeunload', ask);
}

/**
 * They are kept nowhere yet: who leaves now is asked by the browser.
 * @param {Event} e
 */
function ask(e) {
	e.preventDefault();
}

/** Event: `change`. */
export class Tray extends EventTarget {
	/** @type {Item[]} */ #items = [];
	/** Files being looked at. */
	#busy = 0;
	/** @type {Promise<unknown>} */ #work = Promise.resolve();

	/**
	 * @param {Context} ctx
	 * @param {number} room
	 */
	constructor(ctx, room) {
		super();
		this.ctx = ctx;
		this.key = `${room} files`;
		this.element = h('div.tray', { role: 'list', 'aria-label': t('attach.list'), hidden: true });
	}

	/** @returns {number} */
	get count() {
		return this.#items.length + this.#busy;
	}

	/** Take up what was left here. */
	async restore() {
		/** @type {Ready[]} */
		const kept = await this.ctx.session.storage.get('drafts', this.key).catch(() => null);
		if (kept && !this.count) {
			this.#items = kept.map((file) => ({ file, url: URL.createObjectURL(file.blob) }));
			this.#show();
		}
	}

	/** @param {File[]} files */
	add(files) {
		const room = MOST - this.count;
		if (files.length > room) {
			toast(t('attach.too_many', { n: MOST }));
		}
		const taken = files.slice(0, Math.max(0, room));
		this.#busy += taken.length;
		this.#show();
		looking(taken.length);
		// One after the other: a phone has not the memory for ten photos at once.
		this.#work = taken.reduce((before, file) => before.then(() => this.#take(file)), this.#work)
			.then(() => this.keep());
	}

	/** @param {File} file */
	async #take(file) {
		const item = await this.#look(file).catch(() => null);
		this.#busy--;
		if (item) {
			this.#items.push(item);
		}
		looking(-1);
		this.#show();
	}

	/**
	 * @param {File} file
	 * @returns {Promise<Item|null>} null, and the reason said, if it cannot be sent
	 */
	async #look(file) {
		const { prefs, session } = this.ctx;
		const { bytes, any } = session.store.takes;
		const no = (/** @type {string} */ why) => {
			toast(t(`attach.${why}`, { name: file.name, size: size(bytes) }));
			return null;
		};
		const what = await kind(file);
		if (!file.size || (!what.type && !any)) {
			return no(file.size ? 'not_picture' : 'empty');
		}
		const blob = prefs.get('shrink') ? await scaled(file, what).catch(() => file) : file;
		if (blob.size > bytes) {
			return no('too_large');
		}
		const url = URL.createObjectURL(blob);
		const sides = what.type ? await measure(url) : { width: 0, height: 0 };
		return {
			url,
			file: {
				name: file.name, type: what.type || 'application/octet-stream', size: blob.size,
				...sides, animated: what.animated, blob,
			},
		};
	}

	/**
	 * What there is to send, once all of it has been looked at. The tray is empty then, but
	 * what it keeps for another page is forgotten only at the next keep().
	 * @returns {Promise<Ready[]>}
	 */
	async empty() {
		await this.#work;
		const files = this.#items.map((item) => item.file);
		this.#items.forEach((item) => URL.revokeObjectURL(item.url));
		this.#items = [];
		this.#show();
		return files;
	}

	/** @param {Item} item */
	#remove(item) {
		const at = this.#items.indexOf(item);
		this.#items.splice(at, 1);
		URL.revokeObjectURL(item.url);
		this.#show();
		this.keep();
		const all = this.element.querySelectorAll('button');
		all[Math.min(at, all.length - 1)]?.focus();
	}

	/** What is in it waits for another page, should this one end. */
	keep() {
		const { storage } = this.ctx.session;
		const files = this.#items.map((item) => item.file);
		(files.length ? storage.put('drafts', this.key, files) : storage.remove('drafts', this.key))
			.catch(() => {});
	}

	#show() {
		refill(this.element, ...this.#items.map((item) => this.#tile(item)),
			...Array.from({ length: this.#busy }, () => h('div.tray-item.busy', { role: 'listitem' })));
		this.element.hidden = !this.count;
		this.dispatchEvent(new Event('change'));
	}

	/** @param {Item} item */
	#tile(item) {
		const { name, width, size: bytes } = item.file;
		return h('div.tray-item', { role: 'listitem', title: `${name} (${size(bytes)})` },
			width ? h('img', { src: item.url, alt: name })
				: h('span.tray-file', null, icon('file'), h('bdi', null, name)),
			iconButton('close', t('attach.remove', { name }), { onclick: () => this.#remove(item) }));
	}
}
