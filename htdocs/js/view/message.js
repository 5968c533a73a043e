/**
 * message.js - one message: who, when, what, and what came of it.
 */

import { attr, h, icon, update } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { parse, plain } from '../lib/markdown.js';
import { mentions } from '../lib/mention.js';
import { ago, clock, exact } from '../lib/time.js';
import { attached } from './attached.js';
import { avatar } from './avatar.js';
import { receipts } from './receipts.js';
import { richText } from './richtext.js';
import { refusal } from './words.js';

/** @import {Message, User} from '../net/types.js' */
/** @import {Context} from './view.js' */

/**
 * What a message element shows: one of the log, or one on its way there.
 * @typedef {object} Shown
 * @property {Message} message seq is 0 until known
 * @property {"sending"|"sent"|"failed"|""} state empty for others' messages
 * @property {string} error
 * @property {boolean} follows the same author just before: no face, no name
 * @property {User[]} readers who have read up to here and no further
 * @property {Message|null|undefined} quoted undefined where it is not loaded
 */

export class MessageView extends HTMLElement {
	/** @type {Shown|null} */
	shown = null;
	#key = '';
	// These stay while what is in them changes.
	#body = h('div.body');
	#chips = h('div.reactions');
	/** @type {HTMLElement|null} */
	#pictures = null;
	#pictureKey = '';

	/**
	 * @param {Context} ctx
	 * @param {Shown} shown
	 */
	show(ctx, shown) {
		const { message, state } = shown;
		const { store } = ctx.session;
		this.shown = shown;
		attr(this, 'data-role', 'message');
		attr(this, 'data-room', message.room);
		attr(this, 'data-seq', message.seq || null);
		attr(this, 'data-state', state || null);
		attr(this, 'data-client-id', state ? message.client_id : null);
		const author = store.users.get(message.user);
		const names = message.reactions.flatMap((r) => r.users)
			.map((id) => store.users.get(id)?.display_name).join();
		const key = JSON.stringify([message, state, shown.error, shown.follows,
			shown.quoted ?? null, author?.display_name, names,
			shown.readers.map((u) => [u.id, u.display_name])]);
		if (key === this.#key) {
			return;
		}
		this.#key = key;
		this.#build(ctx, shown, author);
	}

	/**
	 * @param {Context} ctx
	 * @param {Shown} shown
	 * @param {User|undefined} author
	 */
	#build(ctx, shown, author) {
		const { message, state } = shown;
		const me = ctx.session.me;
		const name = author?.display_name || t('message.someone');
		const date = new Date(message.created_at);
		this.className = 'message';
		this.classList.toggle('follows', shown.follows);
		this.classList.toggle('calls', message.user !== me.id && !message.deleted
			&& mentions(message.body, me.name));
		attr(this, 'tabindex', -1);
		attr(this, 'role', 'article');
		attr(this, 'aria-label', t('message.by', { name, time: clock(date) }));
		const time = h('time.when', { datetime: message.created_at, title: exact(date) },
			shown.follows ? clock(date) : ago(date));
		const tools = this.querySelector('.tools');
		update(this.#body,
			shown.follows ? null : h('header.byline', null,
				h('bdi.author', { 'data-user': message.user }, name), time),
			message.reply_to ? this.#quote(ctx, shown) : null,
			this.#text(message, me),
			this.#attached(ctx, message),
			this.#reactions(ctx, message, me.id),
			state === 'failed' ? this.#failure(ctx, shown) : null);
		update(this,
			shown.follows ? h('span.gutter', null, time)
				: h('span.gutter', null, avatar(author
					|| { id: message.user, display_name: '?', presence: '' })),
			this.#body,
			state === 'sending' ? h('span.progress', {
				title: t('message.sending'), 'aria-label': t('message.sending'), role: 'img',
			}) : null,
			shown.readers.length ? receipts(shown.readers) : null,
			tools);
	}

	/**
	 * @param {Context} ctx
	 * @param {Message} message
	 */
	#attached(ctx, message) {
		const key = JSON.stringify(message.attachments.map((a) => [a.id, a.url]));
		if (key !== this.#pictureKey) {
			this.#pictureKey = key;
			this.#pictures = attached(ctx, message);
		}
		return this.#pictures;
	}

	/**
	 * @param {Message} message
	 * @param {User} me
	 */
	#text(message, me) {
		if (message.deleted) {
			return h('p.text.gone', null, t('message.deleted'));
		}
		const box = richText(message.body, me.name);
		if (message.edited_at) {
			const when = exact(new Date(message.edited_at));
			(box.lastElementChild?.tagName === 'P' ? box.lastElementChild : box)
				.append(' ', h('span.edited', { title: when }, t('message.edited')));
		}
		return box;
	}

	/**
	 * @param {Context} ctx
	 * @param {Shown} shown
	 */
	#quote(ctx, { message, quoted }) {
		const to = `#/r/${message.room}/${message.reply_to}`;
		if (!quoted) {
			return h('a.quote', { href: to }, icon('reply'), t('message.reply_far'));
		}
		const name = ctx.session.store.users.get(quoted.user)?.display_name || '?';
		const text = quoted.deleted ? t('message.deleted')
			: plain(parse(quoted.body.slice(0, 400))) || t('message.picture');
		return h('a.quote', { href: to }, h('bdi.quote-name', null, name), ' ',
			h('span.quote-text', null, text));
	}

	/**
	 * @param {Context} ctx
	 * @param {Message} message
	 * @param {number} me
	 */
	#reactions(ctx, message, me) {
		if (!message.reactions.length) {
			return null;
		}
		const { store } = ctx.session;
		const chips = /** @type {HTMLElement[]} */ ([...this.#chips.children]);
		update(this.#chips, ...message.reactions.map((r) => {
			const names = r.users.map((id) => store.users.get(id)?.display_name || '?');
			const chip = chips.find((c) => c.dataset.emoji === r.emoji) || h('button.reaction', {
				type: 'button', 'data-act': 'toggle', 'data-emoji': r.emoji,
			});
			attr(chip, 'aria-pressed', String(r.users.includes(me)));
			attr(chip, 'title', new Intl.ListFormat(document.documentElement.lang).format(names));
			update(chip, h('span.emoji', null, r.emoji), ` ${r.users.length}`);
			return chip;
		}));
		return this.#chips;
	}

	/**
	 * @param {Context} ctx
	 * @param {Shown} shown
	 */
	#failure(ctx, { message, error }) {
		const { outbox } = ctx.session;
		return h('div.failure', { role: 'alert' },
			h('span', null, icon('warn'), ' ', t('message.failed'), ' ', refusal(error)),
			h('button.link', {
				type: 'button', 'data-role': 'retry',
				onclick: () => outbox.again(message.client_id),
			}, t('message.retry')),
			h('button.link', {
				type: 'button', 'data-role': 'discard',
				onclick: () => outbox.discard(message.client_id),
			}, t('message.discard')));
	}
}

/**
 * Time goes by: say again how long ago the newest were.
 * @param {Element} list of messages, oldest first
 */
export function age(list) {
	const times = /** @type {NodeListOf<HTMLTimeElement>} */ (
		list.querySelectorAll('.byline .when'));
	for (let i = times.length - 1; i >= 0; i--) {
		const date = new Date(times[i].dateTime);
		const text = ago(date);
		if (times[i].textContent !== text) {
			times[i].textContent = text;
		} else if (text === clock(date)) {
			return;
		}
	}
}

customElements.define('palabre-message', MessageView);
