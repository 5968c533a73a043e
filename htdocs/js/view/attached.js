/**
 * attached.js - the place of what is attached to a message: it is kept free before anything
 * has come, so that nothing jumps.
 */

import { h } from '../lib/dom.js';
import { withPictures } from './later.js';

/** @import {Attachment, Message} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** @typedef {{width: number, height: number}} Box in CSS pixels */

/** The largest that is shown in a room; the rest is behind a click. */
const ALONE = { width: 420, height: 320 };
const AMONG = { width: 300, height: 200 };
/** What is no picture has a card of this size. */
const CARD = { width: 300, height: 60 };

/** @param {Attachment} a @returns {boolean} */
export const isPicture = (a) => a.type.startsWith('image/') && a.width > 0;

/**
 * @param {Attachment} a
 * @param {Box} most
 * @returns {Box}
 */
function measures(a, most) {
	const scale = Math.min(1, most.width / a.width, most.height / a.height);
	return {
		width: Math.max(1, Math.round(a.width * scale)),
		height: Math.max(1, Math.round(a.height * scale)),
	};
}

/**
 * @param {HTMLElement} element
 * @param {Box} box
 */
export function reserve(element, box) {
	element.style.width = `${box.width}px`;
	element.style.aspectRatio = `${box.width} / ${box.height}`;
	return element;
}

/**
 * @param {Context} ctx
 * @param {Message} message its attachments have no `url` while they are not sent
 * @returns {HTMLElement|null}
 */
export function attached(ctx, message) {
	const { attachments } = message;
	if (!attachments.length) {
		return null;
	}
	const most = attachments.length > 1 ? AMONG : ALONE;
	const boxes = attachments.map((a) => (isPicture(a) ? measures(a, most) : CARD));
	const places = boxes.map((box) => reserve(h('div.picture-place'), box));
	withPictures((show) => places.forEach((place, i) => {
		place.replaceWith(show(ctx, message, attachments[i], boxes[i]));
	}));
	return h('div.pictures', null, ...places);
}
