/**
 * complete.js - offers names after @ and pictures after : while one writes.
 */

import { attr, h, refill } from '../lib/dom.js';
import { avatar } from './avatar.js';
import { emojiByName, findEmoji, loadEmoji } from './emoji.js';

/** @import {Context} from './view.js' */

/** @typedef {{insert: string, label: string, face: Node}} Offer */

const MOST = 8;

export class Completion {
	/** @type {Offer[]} */ #offers = [];
	#at = 0;
	#start = 0;
	/** What is offered is for this state of the text. */
	#turn = 0;

	/**
	 * @param {Context} ctx
	 * @param {HTMLTextAreaElement} input
	 * @param {number} room
	 * @param {HTMLElement} list the listbox that the input controls
	 */
	constructor(ctx, input, room, list) {
		this.ctx = ctx;
		this.input = input;
		this.room = room;
		this.list = list;
	}

	/** The text or the caret changed. */
	update() {
		const before = this.input.value.slice(0, this.input.selectionEnd);
		const m = /(^|[\s(])([@:])([\p{L}\p{N}_.+-]{0,32})$/u.exec(before);
		if (!m || (m[2] === ':' && m[3].length < 2)) {
			this.#close();
			return;
		}
		this.#start = before.length - m[3].length - 1;
		this.#at = 0;
		if (m[2] === '@') {
			this.#turn++;
			this.#offers = this.#people(m[3].toLowerCase());
			this.#show();
		} else {
			const turn = ++this.#turn;
			loadEmoji().then(() => {
				if (turn !== this.#turn) {
					return; // Written on, sent or refused while they came.
				}
				this.#offers = findEmoji(m[3]).slice(0, MOST).map((e) => ({
					insert: e.char, label: `:${e.names[0]}:`, face: h('span.emoji', null, e.char),
				}));
				this.#show();
			}, () => {}); // The next key asks again.
		}
	}

	/**
	 * @param {string} q
	 * @returns {Offer[]}
	 */
	#people(q) {
		const { store, me } = this.ctx.session;
		const members = store.rooms.get(this.room)?.members;
		const users = members ? members.map((m) => m.user) : [...store.users.values()];
		const rank = (/** @type {string} */ text) => {
			const at = text.toLowerCase().indexOf(q);
			return at < 0 ? 9 : at === 0 ? 0 : 1;
		};
		return users
			.filter((u) => u.id !== me.id)
			.map((u) => ({ u, rank: Math.min(rank(u.name), rank(u.display_name)) }))
			.filter((x) => x.rank < 9)
			.sort((a, b) => a.rank - b.rank || a.u.name.localeCompare(b.u.name))
			.slice(0, MOST)
			.map(({ u }) => ({
				insert: `@${u.name}`, label: `${u.display_name} · @${u.name}`,
				face: avatar(u, { size: 'small' }),
			}));
	}

	#show() {
		attr(this.list, 'hidden', this.#offers.length === 0);
		refill(this.list, ...this.#offers.map((offer, i) => h('div.offer', {
			role: 'option', id: `offer-${i}`, 'aria-selected': String(i === this.#at),
			onmousedown: (/** @type {Event} */ e) => {
				e.preventDefault();
				this.#take(offer);
			},
		}, offer.face, h('bdi', null, offer.label))));
		attr(this.input, 'aria-activedescendant',
			this.#offers.length ? `offer-${this.#at}` : null);
	}

	#close() {
		this.#turn++;
		this.#offers = [];
		this.#show();
	}

	/** @param {Offer} offer */
	#take(offer) {
		this.input.setRangeText(`${offer.insert} `, this.#start, this.input.selectionEnd, 'end');
		this.#close();
		this.input.dispatchEvent(new Event('input'));
	}

	/**
	 * @param {KeyboardEvent} e
	 * @returns {boolean} whether the key was ours
	 */
	key(e) {
		if (!this.#offers.length) {
			return false;
		}
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step) {
			this.#at = (this.#at + step + this.#offers.length) % this.#offers.length;
			this.#show();
		} else if ((e.key === 'Enter' && !e.shiftKey) || e.key === 'Tab') {
			this.#take(this.#offers[this.#at]);
		} else if (e.key === 'Escape') {
			this.#close();
		} else {
			return false;
		}
		e.preventDefault();
		return true;
	}

	/**
	 * :names: become pictures, but not inside code.
	 * @param {string} text
	 */
	expand(text) {
		if (text.includes('`')) {
			return text;
		}
		return text.replace(/(^|\s):([a-z0-9_+-]{2,32}):(?=\s|$)/g,
			(whole, space, name) => {
				const char = emojiByName(name);
				return char ? space + char : whole;
			});
	}
}
