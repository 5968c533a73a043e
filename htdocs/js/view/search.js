/**
 * search.js - the panel that finds messages, here or everywhere.
 */

import { h, iconButton, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { parse, plain } from '../lib/markdown.js';
import { brief, exact } from '../lib/time.js';
import { query } from '../net/api.js';
import { avatar } from './avatar.js';
import { roomName } from './roomlist.js';
import { View } from './view.js';
import { explain } from './words.js';

/** @import {Message} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** @typedef {{room: number, message: Message}} Hit */

export class Search extends View {
	#turn = 0;

	/**
	 * @param {Context} ctx
	 * @param {number} room
	 * @param {() => void} close
	 */
	constructor(ctx, room, close) {
		super();
		this.ctx = ctx;
		this.room = room;
		this.close = close;
		this.input = h('input.search-input', {
			type: 'search', placeholder: t('search.hint'), 'aria-label': t('search.hint'),
		});
		this.where = h('select', { name: 'room', 'aria-label': t('search.where') });
		this.from = h('select', { name: 'from', 'aria-label': t('search.from') });
		this.until = h('input', { type: 'date', name: 'before' });
		this.list = h('div.results', { role: 'list', 'aria-live': 'polite' });
	}

	/** @override */
	mount() {
		this.className = 'panel';
		this.setAttribute('role', 'search');
		this.setAttribute('aria-label', t('search.title'));
		this.#choices();
		refill(this, h('div.panel-head', null, h('h2', null, t('search.title')),
			iconButton('close', t('action.close'), { onclick: this.close })),
		h('div.panel-body', null, this.input,
			h('div.search-filters', null, this.where, this.from,
				h('label', null, h('span', null, t('search.before')), this.until)),
			this.list));
		/** @type {ReturnType<typeof setTimeout>|undefined} */
		let timer;
		this.on(this.input, 'input', () => {
			clearTimeout(timer);
			timer = setTimeout(() => this.#look(), 250);
		});
		for (const choice of [this.where, this.from, this.until]) {
			this.on(choice, 'change', () => this.#look());
		}
		// Where the panel lies over the room, it makes way for what was found.
		this.on(this.list, 'click', (e) => {
			if (e.target.closest('.hit') && matchMedia('(max-width: 1080px)').matches) {
				this.close();
			}
		});
		refill(this.list, h('p.nothing', { role: 'listitem' }, t('search.start')));
		this.input.focus();
	}

	#choices() {
		const { rooms, users } = this.ctx.session.store;
		const names = [...rooms.values()].map(({ info }) =>
			/** @type {[number, string]} */ ([info.id, roomName(info)]));
		const people = [...users.values()].map((u) =>
			/** @type {[number, string]} */ ([u.id, u.display_name]));
		const fill = (/** @type {Element} */ box, /** @type {string} */ all,
			/** @type {[number, string][]} */ list) =>
			refill(box, h('option', { value: '' }, all),
				...list.sort((a, b) => a[1].localeCompare(b[1]))
					.map(([value, name]) => h('option', { value }, name)));
		fill(this.where, t('search.everywhere'), names);
		fill(this.from, t('search.anyone'), people);
	}

	/** @returns {string} the beginning of the day chosen, here */
	get #day() {
		const [year, month, day] = this.until.value.split('-').map(Number);
		return year ? new Date(year, month - 1, day).toISOString() : '';
	}

	/** @param {string} [before] the last one found, when there is more */
	async #look(before) {
		const q = this.input.value.trim();
		const mine = ++this.#turn;
		if (q.length < 2) {
			refill(this.list, h('p.nothing', { role: 'listitem' }, t('search.start')));
			return;
		}
		const path = `search${query({
			q, room: this.where.value, from: this.from.value, before: before || this.#day, limit: 30,
		})}`;
		try {
			const reply = await this.ctx.session.api.get(path, { expect: 'results' });
			if (mine !== this.#turn) {
				return;
			}
			/** @type {Hit[]} */
			const hits = reply.results;
			if (!before) {
				this.list.replaceChildren();
			}
			this.list.querySelector('.search-more')?.remove();
			this.list.append(...hits.map((hit) => this.#hit(hit, q)));
			const last = hits.at(-1);
			if (reply.more && last) {
				this.list.append(h('button.quiet.search-more', {
					type: 'button', onclick: () => this.#look(last.message.created_at),
				}, t('search.more')));
			}
			if (!hits.length && !before) {
				refill(this.list, h('p.nothing', { role: 'listitem' }, t('search.none')));
			}
		} catch (error) {
			if (mine === this.#turn) {
				refill(this.list, h('p.problem', { role: 'alert' }, explain(error)));
			}
		}
	}

	/**
	 * @param {Hit} hit
	 * @param {string} q
	 */
	#hit({ room, message }, q) {
		const { store } = this.ctx.session;
		const user = store.users.get(message.user);
		const info = store.rooms.get(room)?.info;
		const date = new Date(message.created_at);
		return h('div', { role: 'listitem' }, h('a.hit', {
			href: `#/r/${room}/${message.seq}`, 'data-room': room, 'data-seq': message.seq,
		}, avatar(user, { size: 'small' }),
		h('div.result-text', null,
			h('span.hit-head', null, h('bdi', null, user?.display_name || '?'),
				h('time.result-more', { title: exact(date) }, brief(date))),
			h('span.hit-room', null, info ? roomName(info) : ''),
			h('span.hit-text', null, ...marked(plain(parse(message.body)), q)))));
	}
}

/**
 * @param {string} text
 * @param {string} q
 * @returns {(string|Node)[]} the text around the first word found, words marked
 */
function marked(text, q) {
	const words = q.split(/\s+/).filter(Boolean)
		.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	const rule = new RegExp(words.join('|'), 'giu');
	const first = text.search(rule);
	const from = Math.max(0, first - 60);
	const part = (from ? '… ' : '') + text.slice(from, from + 240);
	/** @type {(string|Node)[]} */
	const out = [];
	let at = 0;
	for (const m of part.matchAll(rule)) {
		if (m[0]) {
			out.push(part.slice(at, m.index), h('mark', null, m[0]));
			at = m.index + m[0].length;
		}
	}
	out.push(part.slice(at));
	return out;
}

customElements.define('palabre-search', Search);
