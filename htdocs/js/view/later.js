/**
 * later.js - what is opened now and then is fetched when it is first opened.
 */

import { t } from '../lib/i18n.js';
import { toast } from './toast.js';

/** @import {Context} from './view.js' */

/**
 * @template T
 * @param {Promise<T>} loading
 * @param {(module: T) => void} then
 */
function later(loading, then) {
	loading.then(then, () => toast(t('error.down')));
}

/** Once there is time: what a fast typist opens blindly. */
export function fetchAhead() {
	setTimeout(() => {
		import('./switcher.js').catch(() => {});
	}, 1000);
}

/** @param {Context} ctx */
export function openSettings(ctx) {
	later(import('./settings.js'), (m) => m.openSettings(ctx));
}

/** @param {Context} ctx */
export function openAdmin(ctx) {
	later(import('./admin.js'), (m) => m.openAdmin(ctx));
}

/** @param {Context} ctx */
export function openNetwork(ctx) {
	later(import('./network.js'), (m) => m.openNetwork(ctx));
}

/** @param {Context} ctx */
export function openSwitcher(ctx) {
	later(import('./switcher.js'), (m) => m.openSwitcher(ctx));
}

/** @param {Context} ctx */
export function newRoom(ctx) {
	later(import('./rooms.js'), (m) => m.newRoom(ctx));
}

/** @param {Context} ctx */
export function newDirect(ctx) {
	later(import('./rooms.js'), (m) => m.newDirect(ctx));
}

/** @param {Context} ctx */
export function browseRooms(ctx) {
	later(import('./rooms.js'), (m) => m.browseRooms(ctx));
}

/**
 * @param {"search"|"members"} kind
 * @param {(make: (ctx: Context, room: number, close: () => void) => HTMLElement) => void} then
 */
export function withPanel(kind, then) {
	if (kind === 'search') {
		later(import('./search.js'), (m) => then((...given) => new m.Search(...given)));
	} else {
		later(import('./members.js'), (m) => then((...given) => new m.Members(...given)));
	}
}

/**
 * @param {Context} ctx
 * @param {number} room
 */
export function roomSettings(ctx, room) {
	later(import('./members.js'), (m) => m.roomSettings(ctx, room));
}
