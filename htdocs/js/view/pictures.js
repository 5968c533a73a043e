/**
 * pictures.js - what is attached to a message. With little data to spare it comes when it
 * is asked for. What moves does so in sight only, until it is tapped, and not at all where
 * motion is unwanted.
 */

import { attr, h, icon, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { isPicture, reserve } from './attached.js';
import { openLightbox, withSending } from './later.js';

/** @import {Attachment, Message} from '../net/types.js' */
/** @import {Box} from './attached.js' */
/** @import {Context} from './view.js' */

/** Of what is smaller than this, in px, nothing must be covered. */
const SMALL = 110;

/** @param {number} bytes */
export function size(bytes) {
	const [unit, value] = bytes < 1e6 ? ['kilobyte', Math.max(100, bytes) / 1e3]
		: ['megabyte', bytes / 1e6];
	return new Intl.NumberFormat(document.documentElement.lang, {
		style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0,
	}).format(value);
}

/** @returns {boolean} */
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @type {WeakMap<Element, (inSight: boolean) => void>} */
const moving = new WeakMap();
/** @type {IntersectionObserver|null} */
let watch = null;

/**
 * @param {Element} element
 * @param {(inSight: boolean) => void} tell
 */
function inSight(element, tell) {
	watch ??= new IntersectionObserver((entries) => entries.forEach((e) =>
		moving.get(e.target)?.(e.isIntersecting)));
	moving.set(element, tell);
	watch.observe(element);
}

/**
 * Where its bytes are: in this browser, if it was sent from here.
 * @param {Context} ctx
 * @param {Attachment} a
 * @param {"url"|"thumb"} form
 */
export function source(ctx, a, form) {
	const ours = a.animated && a.url && form === 'thumb' ? ''
		: ctx.session.outbox.uploads.url(a.id);
	return ours || `api/v1/${a[form]}`;
}

/**
 * @param {Context} ctx
 * @param {Attachment} a
 * @param {Box} box
 */
function image(ctx, a, box) {
	const img = h('img', {
		src: source(ctx, a, 'thumb'), alt: a.name, ...box, loading: 'lazy', decoding: 'async',
	});
	// What an outage kept away comes when the network does.
	img.addEventListener('error', () => {
		ctx.session.connection.addEventListener('live', () => {
			if (img.isConnected && !img.naturalWidth) {
				img.src = String(img.getAttribute('src'));
			}
		}, { once: true });
	});
	return img;
}

/**
 * Plays in sight, until it is tapped.
 * @param {Context} ctx
 * @param {Attachment} a
 * @param {HTMLImageElement} img
 * @param {boolean} [asked] somebody wants to see it move
 */
function player(ctx, a, img, asked = false) {
	let wanted = asked || !still();
	let seen = false;
	const badge = h('span.picture-badge', { 'aria-hidden': 'true' });
	const button = h('button.picture-play', {
		type: 'button',
		onclick: () => {
			wanted = !wanted;
			show();
		},
	}, img, badge);
	const show = () => {
		const play = wanted && seen;
		const src = source(ctx, a, play ? 'url' : 'thumb');
		if (img.getAttribute('src') !== src) {
			img.src = src;
		}
		attr(button, 'data-playing', String(play));
		attr(button, 'aria-label', t(wanted ? 'picture.pause' : 'picture.play', { name: a.name }));
		badge.replaceChildren(icon(wanted ? 'pause' : 'play'), 'GIF');
	};
	inSight(button, (now) => {
		seen = now;
		show();
	});
	show();
	return button;
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Attachment} a
 * @param {Box} box
 * @param {boolean} [asked]
 */
function picture(ctx, message, a, box, asked) {
	const img = image(ctx, a, box);
	const open = (/** @type {MouseEvent} */ e) => {
		if (!e.ctrlKey && !e.metaKey && !e.shiftKey) {
			e.preventDefault();
			openLightbox(ctx, message.room, a);
		}
	};
	const href = `api/v1/${a.url}`;
	if (!a.animated) {
		return h('a.picture', { href, target: '_blank', rel: 'noopener', onclick: open }, img);
	}
	const small = box.width < SMALL || box.height < SMALL;
	return h(small ? 'div.picture.small' : 'div.picture', null, player(ctx, a, img, asked),
		iconButton('expand', t('picture.open', { name: a.name }), {
			class: 'icon-button picture-open', onclick: open,
		}));
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Attachment} a
 * @param {Box} box
 */
function onTap(ctx, message, a, box) {
	const button = reserve(h('button.picture-tap', {
		type: 'button', title: t('message.picture_show', { name: a.name, size: size(a.size) }),
		onclick: () => {
			const shown = picture(ctx, message, a, box, true);
			button.replaceWith(shown);
			/** @type {HTMLElement|null} */ (shown.matches('a') ? shown
				: shown.querySelector('button'))?.focus();
		},
	}, icon('image'), h('bdi', null, a.name), h('span', null, size(a.size))), box);
	return button;
}

/** @param {Attachment} a what is no picture, or none that can be shown */
function card(a) {
	const inside = [icon('file'), h('span.file-text', null, h('bdi.file-name', null, a.name),
		h('span.file-size', null, size(a.size)))];
	return a.url ? h('a.file-card', { href: `api/v1/${a.url}`, download: a.name }, ...inside,
		icon('download')) : h('div.file-card', null, ...inside);
}

/**
 * On its way: as it will look, with how far it is.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Attachment} a
 * @param {Box} box
 */
function going(ctx, message, a, box) {
	const shown = h('div.picture.going', { 'data-file': a.id },
		isPicture(a) && !(a.animated && still()) ? image(ctx, a, box) : card(a));
	withSending((make) => shown.append(make(ctx, message.client_id, a)));
	return shown;
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Attachment} a
 * @param {Box} box what is kept free for it
 * @returns {HTMLElement}
 */
export function show(ctx, message, a, box) {
	if (!a.url) {
		return going(ctx, message, a, box);
	}
	if (!isPicture(a)) {
		return card(a);
	}
	const ours = ctx.session.outbox.uploads.url(a.id);
	return ctx.prefs.get('lowData') && !ours ? onTap(ctx, message, a, box)
		: picture(ctx, message, a, box);
}
