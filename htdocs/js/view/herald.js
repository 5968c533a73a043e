/**
 * herald.js - tells of new messages outside the timeline: the title, the tab's icon, a
 * notification, a sound, and a word for screen readers.
 */

import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Notifier, visible } from './notify.js';
import { roomName } from './roomlist.js';
import { View } from './view.js';

/** @import {Message} from '../net/types.js' */
/** @import {Context} from './view.js' */

const MARK = new URL('../../img/mark.svg', import.meta.url).href;
/** Screen readers are told at most so often, in ms. */
const SPEAK = 4000;

export class Herald extends View {
	/** @type {Map<number, number>} messages not yet spoken of, by room */
	#unsaid = new Map();
	/** @type {ReturnType<typeof setTimeout>|undefined} */ #speaking;
	#last = '';
	/** @type {AudioContext|null} */ #audio = null;

	/** @param {Context} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
		this.notifier = new Notifier(ctx);
		this.word = h('p.visually-hidden', { 'aria-live': 'polite' });
	}

	/** @override */
	mount() {
		const { store } = this.ctx.session;
		this.replaceChildren(this.word);
		this.on(store, 'rooms', () => this.schedule());
		this.on(store, 'arrival', (e) => this.#arrived(e.detail));
		this.on(window, 'hashchange', () => this.schedule());
		this.render();
	}

	/** @override */
	unmount() {
		document.title = 'Palabre';
		icon('', 0);
	}

	/** @override */
	render() {
		const { rooms } = this.ctx.session.store;
		this.notifier.tidy();
		let unread = 0;
		let calls = 0;
		for (const { info } of rooms.values()) {
			unread += info.notify === 'none' ? 0 : info.unread;
			calls += info.kind === 'direct' ? info.unread : info.mentions;
		}
		const open = rooms.get(Number(/^#\/r\/(\d+)/.exec(location.hash)?.[1]));
		const name = open ? `${roomName(open.info)} · Palabre` : 'Palabre';
		document.title = unread ? `(${unread}) ${name}` : name;
		const mark = `${calls ? 'call' : ''}${unread}`;
		if (mark !== this.#last) {
			this.#last = mark;
			icon(calls ? '#b8432b' : '#5b5347', unread);
		}
	}

	/** @param {{room: number, message: Message, mention: boolean}} arrival */
	#arrived({ room, message, mention }) {
		const info = this.ctx.session.store.rooms.get(room)?.info;
		if (!info || info.notify === 'none') {
			return;
		}
		if (visible(room)) {
			this.#say(room);
			return;
		}
		// Of a browser's tabs one speaks.
		if ((mention || info.kind === 'direct') && this.ctx.session.connection.leader) {
			this.notifier.call(room, message, roomName(info));
			this.#beep();
		}
	}

	/** @param {number} room */
	#say(room) {
		this.#unsaid.set(room, (this.#unsaid.get(room) || 0) + 1);
		this.#speaking ??= setTimeout(() => {
			this.#speaking = undefined;
			const n = [...this.#unsaid.values()].reduce((a, b) => a + b, 0);
			this.#unsaid.clear();
			this.word.textContent = t('timeline.arrived', { n });
		}, SPEAK);
	}

	/** Two soft notes. */
	#beep() {
		if (!this.ctx.prefs.get('sound')) {
			return;
		}
		const audio = this.#audio ||= new AudioContext();
		[523, 659].forEach((pitch, i) => {
			const note = audio.createOscillator();
			const gain = audio.createGain();
			const at = audio.currentTime + i * 0.12;
			note.frequency.value = pitch;
			gain.gain.setValueAtTime(0.0001, at);
			gain.gain.exponentialRampToValueAtTime(0.08, at + 0.02);
			gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
			note.connect(gain).connect(audio.destination);
			note.start(at);
			note.stop(at + 0.32);
		});
	}
}

/**
 * The tab's icon, with what is unread on it.
 * @param {string} colour
 * @param {number} unread
 */
function icon(colour, unread) {
	const link = document.querySelector('link[rel=icon]');
	if (!(link instanceof HTMLLinkElement)) {
		return;
	}
	const mark = 'M24 4C12.6 4 4 11.2 4 20.5 4 29 11 35.7 20.7 36.8c.3 2.7 0 4.7-1.5 6.7h9.6'
		+ 'c-1.5-2-1.8-4-1.5-6.7C37 35.7 44 29 44 20.5 44 11.2 35.4 4 24 4z';
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">`
		+ `<path fill="#17857e" d="${mark}"/>`
		+ `<circle cx="32" cy="32" r="16" fill="${colour}"/><text x="32" y="39.5" fill="#fff" `
		+ `font-family="sans-serif" font-weight="700" font-size="${unread > 9 ? 19 : 22}" `
		+ `text-anchor="middle">${Math.min(unread, 99)}</text></svg>`;
	link.href = unread ? `data:image/svg+xml,${encodeURIComponent(svg)}` : MARK;
}

customElements.define('palabre-herald', Herald);
