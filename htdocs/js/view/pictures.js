/**
 * pictures.js - what is attached to a message. Its room is kept free before it has come, so
 * that nothing jumps; with little data to spare it comes when it is asked for.
 */

import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** @import {Attachment} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** The largest that is shown in a room, in CSS pixels; the rest is behind a click. */
const WIDEST = 420;
const HIGHEST = 320;

/** @param {number} bytes */
function size(bytes) {
	const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
	const value = bytes / (bytes < 1e6 ? 1e3 : 1e6);
	return new Intl.NumberFormat(document.documentElement.lang, {
		style: 'unit', unit, maximumFractionDigits: bytes < 1e6 ? 0 : 1,
	}).format(value);
}

/** @param {Attachment} a */
function image(a) {
	const scale = Math.min(1, WIDEST / a.width, HIGHEST / a.height);
	const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
	return h('img', {
		src: `api/v1/${a.animated && !still ? a.url : a.thumb}`, alt: a.name,
		width: Math.max(1, Math.round(a.width * scale)),
		height: Math.max(1, Math.round(a.height * scale)),
		loading: 'lazy', decoding: 'async',
	});
}

/** @param {Attachment} a */
function link(a) {
	return h('a.picture', { href: `api/v1/${a.url}`, target: '_blank', rel: 'noopener' },
		image(a));
}

/** @param {Attachment} a */
function onTap(a) {
	const button = h('button.quiet.picture-tap', {
		type: 'button', onclick: () => button.replaceWith(link(a)),
	}, t('message.picture_show', { name: a.name, size: size(a.size) }));
	return button;
}

/**
 * @param {Context} ctx
 * @param {Attachment[]} attachments
 */
export function pictures(ctx, attachments) {
	if (!attachments.length) {
		return null;
	}
	const later = ctx.prefs.get('lowData');
	return h('div.pictures', null, ...attachments.map((a) => later ? onTap(a) : link(a)));
}
