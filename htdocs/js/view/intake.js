/**
 * intake.js - how files get into the composer but by its button: pasted, dropped on the
 * room, or taken with a phone's camera.
 */

import { attr, h, icon } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { menu } from './menu.js';

/** @import {View} from './view.js' */

/** What a drag brings along is told by kinds; this is the one of files. */
const FILES = 'Files';

/** @param {DataTransfer|null} data */
const holdsFiles = (data) => Boolean(data && [...data.types].includes(FILES));

/**
 * Not every phone offers its camera where pictures are asked for.
 * @param {HTMLElement} button
 * @param {HTMLInputElement} input
 * @param {boolean} any whether other files are taken, too
 */
export function chooseFrom(button, input, any) {
	const accept = input.accept;
	const ask = (/** @type {boolean} */ camera, /** @type {boolean} */ all) => {
		attr(input, 'capture', camera && 'environment');
		attr(input, 'accept', all ? null : accept);
		input.click();
		attr(input, 'accept', accept);
	};
	menu(button, [
		{ icon: 'camera', label: t('attach.camera'), run: () => ask(true, false) },
		{ icon: 'image', label: t('attach.gallery'), run: () => ask(false, false) },
		...(any ? [{ icon: 'file', label: t('attach.file'), run: () => ask(false, true) }] : []),
	], t('composer.picture'));
}

/**
 * What is pasted anywhere but into another field goes to the composer.
 * @param {View} view
 * @param {HTMLTextAreaElement} own
 * @param {(files: File[]) => void} take
 */
export function onPaste(view, own, take) {
	view.on(document, 'paste', (e) => {
		const at = /** @type {Element} */ (e.target);
		const data = /** @type {DataTransfer|null} */ (e.clipboardData);
		const files = [...data?.files || []];
		// A table or a text of an office program brings a picture of itself along.
		if (!files.length || data?.types.includes('text/plain')
			|| at.closest?.('dialog') || (at !== own && at.matches?.('input, textarea'))) {
			return;
		}
		e.preventDefault();
		take(files);
	});
}

/**
 * The whole room takes what is dropped on it, and says so.
 * @param {View} room
 * @param {(files: File[]) => void} take
 */
export function onDrop(room, take) {
	const sign = h('div.drop', { 'aria-hidden': 'true', 'data-role': 'drop' },
		h('div.drop-box', null, icon('image'), h('span', null, t('attach.drop'))));
	const show = (/** @type {DragEvent} */ e) => {
		if (holdsFiles(e.dataTransfer)) {
			e.preventDefault();
			if (!sign.isConnected) {
				room.append(sign);
			}
		}
	};
	room.on(room, 'dragenter', show);
	room.on(room, 'dragover', show);
	room.on(room, 'dragleave', (e) => {
		// Leaving one element is entering the next.
		if (!room.contains(e.relatedTarget)) {
			sign.remove();
		}
	});
	room.on(room, 'drop', (e) => {
		sign.remove();
		if (holdsFiles(e.dataTransfer)) {
			e.preventDefault();
			take([...e.dataTransfer.files]);
		}
	});
}
