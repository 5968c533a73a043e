/**
 * switcher.js - go anywhere by typing a few letters (Ctrl/Cmd-K).
 */

import { attr, h, icon, refill } from '../lib/dom.js';
import { fold, t } from '../lib/i18n.js';
import { avatar } from './avatar.js';
import { roomName } from './roomlist.js';
import { findPeople, openDirect } from './rooms.js';
import { joinRoom } from './fetch.js';
import { query } from '../net/api.js';

/** @import {Context} from './view.js' */

/** @typedef {{face: Element, name: string, more: string, go: () => void}} Place */

const MOST = 12;

/**
 * @param {Context} ctx
 * @param {string} q
 * @returns {Place[]}
 */
function known(ctx, q) {
	const { store } = ctx.session;
	const wanted = fold(q);
	return [...store.rooms.values()]
		.map((r) => ({ info: r.info, at: fold(roomName(r.info)).indexOf(wanted) }))
		.filter((r) => r.at >= 0)
		.sort((a, b) => (a.at ? 1 : 0) - (b.at ? 1 : 0) || b.info.mentions - a.info.mentions
			|| b.info.unread - a.info.unread)
		.slice(0, MOST)
		.map(({ info }) => ({
			face: info.kind === 'direct' && info.peer
				? avatar(store.users.get(info.peer.id) || info.peer,
					{ size: 'small', presence: true })
				: h('span.room-kind', null, icon(info.kind === 'private' ? 'lock' : 'hash')),
			name: roomName(info),
			more: info.unread ? t('side.unread', { n: info.unread }) : info.topic,
			go: () => ctx.go(`#/r/${info.id}`),
		}));
}

/**
 * @param {Context} ctx
 * @param {string} q
 * @returns {Promise<Place[]>} public rooms and people that one has no room with yet
 */
async function others(ctx, q) {
	const { api, store, me } = ctx.session;
	const peers = new Set([...store.rooms.values()].map((r) => r.info.peer?.id));
	const [rooms, people] = await Promise.all([
		api.get(`rooms/public${query({ q, limit: MOST })}`, { expect: 'rooms' }),
		findPeople(ctx, q),
	]);
	const places = rooms.rooms
		.filter((/** @type {any} */ r) => !store.rooms.has(r.id))
		.map((/** @type {any} */ r) => ({
			face: h('span.room-kind', null, icon('hash')),
			name: r.name,
			more: t('switcher.join'),
			go: () => joinRoom(ctx, r.id).then(() => ctx.go(`#/r/${r.id}`)),
		}));
	return places.concat(people
		.filter((u) => u.id !== me.id && !peers.has(u.id)).slice(0, MOST)
		.map((u) => ({
			face: avatar(u, { size: 'small', presence: true }),
			name: u.display_name,
			more: `@${u.name}`,
			go: () => openDirect(ctx, u.id),
		})));
}

/**
 * @param {Context} ctx
 * @param {string} [q] what to look for at first
 */
export function openSwitcher(ctx, q = '') {
	if (document.querySelector('dialog[open]')) {
		return;
	}
	const input = h('input.search-input', {
		type: 'text', value: q, placeholder: t('side.find'), 'aria-label': t('side.find'),
		role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'switcher-list',
		autocomplete: 'off', spellcheck: 'false',
	});
	const list = h('div.results', {
		role: 'listbox', id: 'switcher-list', 'aria-label': t('side.find'),
	});
	const box = h('dialog.modal.switcher', { 'aria-label': t('side.find') },
		h('div.modal-body', null, input, list));
	/** @type {Place[]} */
	let places = [];
	let at = 0;
	let turn = 0;
	const show = () => {
		at = Math.min(at, Math.max(0, places.length - 1));
		refill(list, ...places.map((place, i) => h('div.result.whole', {
			role: 'option', id: `place-${i}`, 'aria-selected': String(i === at),
			onclick: () => take(place),
		}, place.face, h('div.result-text', null, h('bdi.result-name', null, place.name),
			h('span.result-more', null, place.more)))));
		if (!places.length) {
			refill(list, h('p.nothing', null, t('switcher.none')));
		}
		attr(input, 'aria-activedescendant', places.length ? `place-${at}` : null);
		list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
	};
	const take = (/** @type {Place} */ place) => {
		box.close();
		place.go();
	};
	const look = async () => {
		const mine = ++turn;
		at = 0;
		const q = input.value.trim();
		places = known(ctx, q);
		show();
		const more = q ? await others(ctx, q).catch(() => []) : [];
		if (mine === turn && more.length) {
			places = places.concat(more);
			show();
		}
	};
	input.addEventListener('input', look);
	input.addEventListener('keydown', (e) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step && places.length) {
			e.preventDefault();
			at = (at + step + places.length) % places.length;
			show();
		} else if (e.key === 'Enter' && places[at]) {
			e.preventDefault();
			take(places[at]);
		}
	});
	box.addEventListener('close', () => box.remove());
	box.addEventListener('mousedown', (e) => e.target === box && box.close());
	document.body.append(box);
	box.showModal();
	input.focus();
	look();
}
