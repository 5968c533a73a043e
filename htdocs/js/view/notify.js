/**
 * notify.js - notifications: one per room, for what calls the reader and is seen nowhere.
 */

import { t } from '../lib/i18n.js';
import { parse, plain } from '../lib/markdown.js';
import { worker } from './worker.js';

/** @import {Message} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** Another device or tab may be showing it: it has so long to say so, in ms. */
const ELSEWHERE = 1500;
/** So many messages of a room are quoted. */
const LINES = 4;

const ICON = new URL('../../img/mark-192.png', import.meta.url).href;

/** @typedef {{seq: number, line: string}[]} Lines */

export class Notifier {
	/** @type {Map<number, Lines>} what calls, by room */ #calls = new Map();
	/** @type {Set<number>} rooms of which a notification may be on the screen */
	#shown = new Set();

	/** @param {Context} ctx */
	constructor(ctx) {
		this.ctx = ctx;
	}

	/**
	 * @param {number} room
	 * @param {Message} message
	 * @param {string} title the room's name
	 */
	call(room, message, title) {
		const allowed = 'Notification' in window && Notification.permission === 'granted';
		if (!allowed || !this.ctx.prefs.get('notify')) {
			return;
		}
		const name = this.ctx.session.store.users.get(message.user)?.display_name
			|| t('message.someone');
		const text = plain(parse(message.body.slice(0, 300))) || t('message.picture');
		const lines = this.#calls.get(room) || [];
		lines.push({ seq: message.seq, line: t('said', { name, text }) });
		this.#calls.set(room, lines);
		setTimeout(() => this.#show(room, title), ELSEWHERE);
	}

	/** What was read, here or elsewhere, need not be announced any more. */
	tidy() {
		const { rooms } = this.ctx.session.store;
		for (const room of new Set([...this.#calls.keys(), ...this.#shown])) {
			const read = rooms.get(room)?.info.last_read ?? Infinity;
			const left = (this.#calls.get(room) || []).filter((x) => x.seq > read);
			if (left.length) {
				this.#calls.set(room, left);
			} else {
				this.#calls.delete(room);
				if (this.#shown.delete(room)) {
					this.#close(room);
				}
			}
		}
	}

	/**
	 * @param {number} room
	 * @param {string} title
	 */
	async #show(room, title) {
		this.tidy();
		const lines = this.#calls.get(room);
		if (!lines || visible(room)) {
			return;
		}
		const hash = `#/r/${room}`;
		const options = {
			body: lines.slice(-LINES).map((x) => x.line).join('\n'),
			tag: tag(this.ctx, room), icon: ICON, badge: ICON, renotify: true, data: { hash },
		};
		const name = lines.length > 1 ? `${title} (${lines.length})` : title;
		this.#shown.add(room);
		const registration = await worker();
		try {
			if (registration?.active) {
				await registration.showNotification(name, options);
				return;
			}
			const note = new Notification(name, options);
			note.onclick = () => {
				window.focus();
				this.ctx.go(hash);
				note.close();
			};
		} catch {
			// the browser has its reasons; the badge in the list says it too
		}
	}

	/** @param {number} room */
	async #close(room) {
		const registration = await worker();
		const notes = await registration?.getNotifications({ tag: tag(this.ctx, room) });
		notes?.forEach((note) => note.close());
	}
}

/**
 * @param {Context} ctx
 * @param {number} room
 */
function tag(ctx, room) {
	return `${new URL(ctx.session.base).pathname} room ${room}`;
}

/** @param {number} room */
export function visible(room) {
	return Number(/^#\/r\/(\d+)/.exec(location.hash)?.[1]) === room
		&& document.visibilityState === 'visible';
}
