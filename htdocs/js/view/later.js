/**
 * later.js - what is opened now and then is fetched when it is first opened.
 */

import { loadStyle } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { toast } from './toast.js';
import { explain } from './words.js';

/** @import {Attachment} from '../net/types.js' */
/** @import {Tray} from './tray.js' */
/** @import {Context} from './view.js' */

/** ms before each further try: a network may lose one request and pass the next. */
const PAUSES = [300, 1000, 3000];

/**
 * @template T
 * @param {() => Promise<T>} load
 * @param {number[]} [pauses]
 * @returns {Promise<T>}
 */
async function fetched(load, [pause, ...more] = PAUSES) {
	try {
		return await load();
	} catch (error) {
		if (!pause) {
			throw error;
		}
		await new Promise((done) => {
			setTimeout(done, pause);
		});
		return fetched(load, more);
	}
}

/**
 * @template T
 * @param {() => Promise<T>} load
 * @param {(module: T) => void} then
 * @param {() => void} [failed]
 */
function later(load, then, failed = () => {}) {
	fetched(load).then(then, () => {
		toast(t('error.down'));
		failed();
	});
}

/**
 * @template T
 * @param {Promise<T>} loading
 * @param {string} style of a file in css/
 * @returns {Promise<T>}
 */
async function styled(loading, style) {
	const [module] = await Promise.all([loading, loadStyle(style)]);
	return module;
}

/** What a fast typist opens blindly, and what an outage must not miss. */
const AHEAD = [
	() => import('./switcher.js'), () => import('./complete.js'),
	() => import('./emoji.js').then((m) => m.loadEmoji()), () => import('./pictures.js'),
	() => import('./tray.js'), () => import('./sending.js'), () => import('../net/upload.js'),
];

/** Once there is time, and one after the other: a slow phone has something else to do, too. */
export function fetchAhead() {
	setTimeout(async () => {
		for (const load of AHEAD) {
			await load().catch(() => {});
		}
	}, 1000);
}

/** @param {Context} ctx */
export function openSettings(ctx) {
	later(() => import('./settings.js'), (m) => m.openSettings(ctx));
}

/** @param {Context} ctx */
export function openAdmin(ctx) {
	later(() => styled(import('./admin.js'), 'admin'), (m) => m.openAdmin(ctx));
}

/** @param {Context} ctx */
export function openNetwork(ctx) {
	later(() => styled(import('./network.js'), 'network'), (m) => m.openNetwork(ctx));
}

/**
 * @param {Context} ctx
 * @param {string} [q]
 */
export function openSwitcher(ctx, q) {
	later(() => import('./switcher.js'), (m) => m.openSwitcher(ctx, q));
}

/**
 * @param {Context} ctx
 * @param {number} room
 * @param {Attachment} picture
 */
export function openLightbox(ctx, room, picture) {
	later(() => styled(import('./lightbox.js'), 'lightbox'), (m) => m.openLightbox(ctx, room, picture));
}

/**
 * Nobody is told of a failure: one can write without it.
 * @param {(make: typeof import('./complete.js').Completion) => void} then
 * @param {() => void} failed
 */
export function withCompletion(then, failed) {
	fetched(() => import('./complete.js')).then((m) => then(m.Completion), failed);
}

/**
 * @param {Context} ctx
 * @param {number} room
 * @param {(tray: Tray) => void} then
 * @param {() => void} failed
 */
export function withTray(ctx, room, then, failed) {
	later(() => import('./tray.js'), (m) => then(new m.Tray(ctx, room)), failed);
}

/** @param {(show: typeof import('./pictures.js').show) => void} then */
export function withPictures(then) {
	later(() => import('./pictures.js'), (m) => then(m.show));
}

/** @param {(intake: typeof import('./intake.js')) => void} then */
export function withIntake(then) {
	later(() => import('./intake.js'), then);
}

/** @param {(make: (ctx: Context, id: string, file: Attachment) => HTMLElement) => void} then */
export function withSending(then) {
	later(() => import('./sending.js'), (m) => then((...given) => new m.Sending(...given)));
}

/**
 * @param {Context} ctx
 * @param {Element} anchor
 * @param {(emoji: string) => void} pick
 */
export function openEmoji(ctx, anchor, pick) {
	later(() => import('./emojipicker.js'), (m) => m.openEmoji(ctx, anchor, pick));
}

/** @param {Context} ctx */
export function newRoom(ctx) {
	later(() => import('./rooms.js'), (m) => m.newRoom(ctx));
}

/** @param {Context} ctx */
export function newDirect(ctx) {
	later(() => import('./rooms.js'), (m) => m.newDirect(ctx));
}

/**
 * @param {Context} ctx
 * @param {number} user
 */
export function writeTo(ctx, user) {
	later(() => import('./rooms.js'), (m) => {
		m.openDirect(ctx, user).catch((error) => toast(explain(error)));
	});
}

/** @param {Context} ctx */
export function browseRooms(ctx) {
	later(() => import('./rooms.js'), (m) => m.browseRooms(ctx));
}

/**
 * @param {"search"|"members"} kind
 * @param {(make: (ctx: Context, room: number, close: () => void) => HTMLElement) => void} then
 */
export function withPanel(kind, then) {
	if (kind === 'search') {
		later(() => styled(import('./search.js'), 'panel'),
			(m) => then((...given) => new m.Search(...given)));
	} else {
		later(() => styled(import('./members.js'), 'panel'),
			(m) => then((...given) => new m.Members(...given)));
	}
}

/**
 * @param {Context} ctx
 * @param {number} room
 */
export function roomSettings(ctx, room) {
	later(() => import('./members.js'), (m) => m.roomSettings(ctx, room));
}
