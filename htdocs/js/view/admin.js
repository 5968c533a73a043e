/**
 * admin.js - for who looks after the place: how it does, who is here, which rooms exist.
 */

import { h, refill } from '../lib/dom.js';
import { locale, t } from '../lib/i18n.js';
import { brief, exact } from '../lib/time.js';
import { ApiError, query } from '../net/api.js';
import { avatar } from './avatar.js';
import { bars, line } from './chart.js';
import { dialog } from './dialog.js';
import { toast } from './toast.js';
import { explain } from './words.js';

/** @import {Room, User} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** The server is asked so often, in ms. */
const EVERY = 3000;
/** So many values are drawn. */
const ROOM = 40;

/** @typedef {Map<string, number>} Metrics */

/**
 * @param {string} text in Prometheus' form
 * @returns {Metrics}
 */
export function metrics(text) {
	const found = text.matchAll(/^(\w+(?:\{[^}]*\})?) ([-+.\deE]+)$/gm);
	return new Map([...found].map(([, name, value]) => [name, Number(value)]));
}

/**
 * @param {Context} ctx
 * @returns {Promise<Metrics>}
 */
async function ask(ctx) {
	const { api } = ctx.session;
	const url = new URL('api/v1/metrics', api.base).href;
	const reply = await api.fetch(url, { credentials: 'same-origin', cache: 'no-store' })
		.catch(() => null);
	const values = metrics(await reply?.text() || '');
	if (!values.has('palabre_users')) {
		throw new ApiError(reply ? 'foreign' : 'down', 'foreign_reply');
	}
	return values;
}

/** @param {Context} ctx */
export function openAdmin(ctx) {
	const numbers = h('div.admin-numbers', null);
	const streams = h('div.admin-streams', null);
	const networks = h('div.admin-networks', null);
	const problem = h('p.problem', { role: 'alert' });
	const box = dialog(t('admin.title'), 'admin', problem,
		h('section.settings-part', null, h('h3', null, t('admin.health')), numbers),
		h('section.settings-part', null, h('h3', null, t('admin.streams')), streams),
		h('section.settings-part', null, h('h3', null, t('admin.networks')), networks),
		people(ctx), rooms(ctx));
	const history = new History();
	const look = async () => {
		try {
			const start = performance.now();
			const now = await ask(ctx);
			history.add(now, performance.now() - start);
			problem.textContent = '';
			refill(numbers, ...history.cards());
			refill(streams, bars(transports(now)));
			const told = troubles(now);
			refill(networks, told.length ? bars(told)
				: h('p.result-more', null, t('admin.networks.none')));
		} catch (error) {
			problem.textContent = explain(error);
		}
	};
	const timer = setInterval(look, EVERY);
	box.addEventListener('close', () => clearInterval(timer));
	look();
}

/**
 * @param {Metrics} values
 * @returns {[string, number][]}
 */
function transports(values) {
	return [...values].flatMap(([name, n]) => {
		const m = /^palabre_streams\{transport="([^"]+)"\}$/.exec(name);
		return m ? [/** @type {[string, number]} */ ([m[1], n])] : [];
	}).sort((a, b) => b[1] - a[1]);
}

/**
 * @param {Metrics} values
 * @returns {[string, number][]} what clients told of their networks, the most frequent first
 */
function troubles(values) {
	const told = /^palabre_(?:fallbacks_total\{why|learned_limits_total\{what)="(\w+)"\}$/;
	return [...values].flatMap(([name, n]) => {
		const word = name === 'palabre_mutes_total' ? 'mute' : told.exec(name)?.[1];
		return word && n ? [/** @type {[string, number]} */ ([t(`admin.network.${word}`), n])] : [];
	}).sort((a, b) => b[1] - a[1]);
}

/** What was measured while the page was open. */
class History {
	/** @type {Map<string, number[]>} */ #series = new Map();
	/** @type {Metrics} */ #before = new Map();
	#at = 0;

	/**
	 * @param {Metrics} now
	 * @param {number} took ms that the server needed
	 */
	add(now, took) {
		const seconds = (performance.now() - this.#at) / 1000;
		const rate = (/** @type {string} */ name) => (this.#at
			? Math.max(0, (now.get(name) || 0) - (this.#before.get(name) || 0)) / seconds : 0);
		const of = (/** @type {string} */ name) => now.get(name) || 0;
		this.#push('admin.online', of('palabre_users_online'));
		this.#push('admin.users', of('palabre_users'));
		this.#push('admin.rooms', of('palabre_rooms'));
		this.#push('admin.sessions', of('palabre_sessions'));
		this.#push('admin.messages', of('palabre_messages_total'));
		this.#push('admin.events', rate('palabre_events_delivered_total'));
		this.#push('admin.polls', rate('palabre_polls_total'));
		this.#push('admin.exact', of('palabre_resumes_total{result="exact"}'));
		this.#push('admin.reset', of('palabre_resumes_total{result="reset"}'));
		this.#push('admin.lag', of('palabre_log_newest') - of('palabre_log_settled'));
		this.#push('admin.answer', took);
		this.#before = now;
		this.#at = performance.now();
	}

	/**
	 * @param {string} key
	 * @param {number} value
	 */
	#push(key, value) {
		const series = this.#series.get(key) || [];
		series.push(Math.max(0, value));
		this.#series.set(key, series.slice(-ROOM));
	}

	cards() {
		return [...this.#series].map(([key, values]) => h('div.admin-card', null,
			h('p.result-more', null, t(key)),
			h('p.admin-number', null, (values.at(-1) || 0).toLocaleString(locale(), {
				maximumFractionDigits: (values.at(-1) || 0) < 10 ? 1 : 0,
			})),
			line(values, ROOM)));
	}
}

/**
 * A folded part with a search in it.
 * @template T
 * @param {string} title
 * @param {string} hint
 * @param {(q: string) => Promise<T[]>} find
 * @param {(item: T, again: () => void) => HTMLElement} entry
 */
function part(title, hint, find, entry) {
	const list = h('div.results', { role: 'list' });
	let turn = 0;
	const load = async () => {
		const mine = ++turn;
		try {
			const found = await find(input.value.trim());
			if (mine === turn) {
				refill(list, ...found.map((item) => entry(item, load)));
			}
		} catch (error) {
			if (mine === turn) {
				refill(list, h('p.problem', { role: 'listitem' }, explain(error)));
			}
		}
	};
	const input = h('input.search-input', {
		type: 'search', placeholder: hint, 'aria-label': hint, autocomplete: 'off',
		oninput: load,
	});
	const box = h('details.settings-part', { ontoggle: () => box.open && load() },
		h('summary', null, title), input, list);
	return box;
}

/** @param {Date} date */
function seen(date) {
	return h('time', { datetime: date.toISOString(), title: exact(date) }, brief(date));
}

/** @param {Context} ctx */
function people(ctx) {
	return part(t('admin.people'), t('people.hint'), async (q) =>
		(await ctx.session.api.get(`users${query({ q, limit: 100 })}`, { expect: 'users' })).users,
	(/** @type {User} */ user) => h('div.result', { role: 'listitem' },
		avatar(user, { size: 'small', presence: true }),
		h('div.result-text', null,
			h('bdi.result-name', null, user.display_name),
			h('p.result-more', null, `@${user.name}`, user.last_seen ? ' · ' : '',
				user.last_seen ? seen(new Date(user.last_seen)) : '')),
		user.role === 'admin' ? h('span.tag', null, t('admin.admin')) : null));
}

/** @param {Context} ctx */
function rooms(ctx) {
	const { api } = ctx.session;
	return part(t('admin.public_rooms'), t('browse.hint'), async (q) =>
		(await api.get(`rooms/public${query({ q, limit: 100 })}`, { expect: 'rooms' })).rooms,
	(/** @type {Room} */ room, again) => h('div.result', { role: 'listitem' },
		h('div.result-text', null,
			h('bdi.result-name', null, room.name),
			h('p.result-more', null, t('browse.members', { n: room.members }))),
		h('button.quiet', {
			type: 'button', 'aria-label': t('said', { name: t('room.delete'), text: room.name }),
			onclick: () => remove(ctx, room, again),
		}, t('message.delete'))));
}

/**
 * @param {Context} ctx
 * @param {Room} room
 * @param {() => void} then
 */
function remove(ctx, room, then) {
	const go = async () => {
		box.close();
		try {
			await ctx.session.api.post(`rooms/${room.id}/delete`);
			ctx.session.store.remove(room.id);
		} catch (error) {
			toast(explain(error));
		}
		then();
	};
	const box = dialog(t('room.delete'), 'sure',
		h('p', null, t('room.delete.sure', { name: room.name })),
		h('div.form-foot', null,
			h('button.quiet', { type: 'button', onclick: () => box.close() }, t('action.cancel')),
			h('button.danger', { type: 'button', 'data-role': 'confirm', onclick: go },
				t('room.delete'))));
}
