/**
 * lightbox.js - one picture as large as there is room, and from there to those around it:
 * by keys, by swipe; nearer by wheel, pinch and double tap.
 */

import { attr, h, icon, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { isPicture } from './attached.js';
import { size, source } from './pictures.js';
import { Zoom } from './zoom.js';

/** @import {Attachment} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** A thumb that moved so far aside, in px, wants the next one. */
const SWIPE = 60;

class Lightbox {
	/**
	 * @param {Context} ctx
	 * @param {Attachment[]} all
	 * @param {number} at
	 */
	constructor(ctx, all, at) {
		this.ctx = ctx;
		this.all = all;
		this.at = at;
		this.img = h('img', { draggable: 'false' });
		this.stage = h('div.lightbox-stage', null, this.img);
		this.zoom = new Zoom(this.stage, this.img);
		this.name = h('bdi.lightbox-name', { id: 'lightbox-name' });
		this.facts = h('span.lightbox-facts');
		this.problem = h('p.lightbox-problem', { role: 'status' });
		this.save = h('a.icon-button', {
			'aria-label': t('picture.download'), title: t('picture.download'), 'data-role': 'download',
		}, icon('download'));
		const step = (/** @type {string} */ name, /** @type {string} */ label,
			/** @type {() => void} */ run) => iconButton(name, t(label), {
			class: `icon-button lightbox-${name}`, onclick: run,
		});
		this.before = step('back', 'picture.before', () => this.go(-1));
		this.after = step('next', 'picture.after', () => this.go(1));
		this.close = iconButton('close', t('action.close'), { onclick: () => this.box.close() });
		this.box = h('dialog.lightbox', { 'aria-labelledby': 'lightbox-name', 'data-role': 'lightbox' },
			h('header.lightbox-head', null, h('div.lightbox-title', null, this.name, this.facts),
				step('minus', 'picture.smaller', () => this.zoom.by(1 / 1.5)),
				step('plus', 'picture.larger', () => this.zoom.by(1.5)),
				this.save, this.close),
			this.stage, this.problem, this.before, this.after);
		this.#listen();
	}

	open() {
		document.querySelector('dialog.lightbox')?.remove();
		document.body.append(this.box);
		this.box.showModal();
		this.close.focus();
		this.show();
	}

	#listen() {
		const { box, stage } = this;
		box.addEventListener('close', () => box.remove());
		box.addEventListener('keydown', (e) => this.#key(e));
		stage.addEventListener('click', (e) => {
			if (e.target === stage && !this.zoom.moved) {
				box.close();
			}
		});
		this.img.addEventListener('error', () => {
			this.problem.textContent = t('picture.lost');
		});
		let x = 0;
		stage.addEventListener('touchstart', (e) => {
			x = e.touches.length === 1 && this.zoom.scale === 1 ? e.touches[0].clientX : NaN;
		}, { passive: true });
		stage.addEventListener('touchend', (e) => {
			const moved = e.changedTouches[0].clientX - x;
			if (this.zoom.scale === 1 && Math.abs(moved) > SWIPE) {
				this.go(moved > 0 ? -1 : 1);
			}
		}, { passive: true });
	}

	/** @param {KeyboardEvent} e */
	#key(e) {
		/** @type {Record<string, () => void>} */
		const keys = {
			ArrowLeft: () => this.go(-1), ArrowRight: () => this.go(1),
			Home: () => this.go(-this.at), End: () => this.go(this.all.length - 1 - this.at),
			'+': () => this.zoom.by(1.5), '=': () => this.zoom.by(1.5),
			'-': () => this.zoom.by(1 / 1.5), 0: () => this.zoom.reset(),
		};
		if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) {
			e.preventDefault();
			e.stopPropagation();
			keys[e.key]();
		}
	}

	/** @param {number} by pictures */
	go(by) {
		const next = this.at + by;
		if (by && next >= 0 && next < this.all.length) {
			this.at = next;
			this.show();
		}
	}

	show() {
		const { ctx, img, all, at } = this;
		const a = all[at];
		const url = source(ctx, a, 'url');
		this.zoom.reset();
		this.problem.textContent = '';
		img.alt = a.name;
		img.width = a.width;
		img.height = a.height;
		// What the room has shown already stands in for the whole until that has come.
		img.src = source(ctx, a, 'thumb');
		const whole = new Image();
		const ready = () => {
			if (this.all[this.at] === a) {
				img.src = url;
			}
		};
		whole.src = url;
		whole.decode().then(ready, ready);
		this.name.textContent = a.name;
		this.facts.textContent = `${all.length > 1 ? `${at + 1} / ${all.length} · ` : ''}${
			a.width} × ${a.height} · ${size(a.size)}`;
		attr(this.save, 'href', `api/v1/${a.url}`);
		attr(this.save, 'download', a.name);
		this.before.disabled = at === 0;
		this.after.disabled = at === all.length - 1;
		attr(this.before, 'hidden', all.length < 2);
		attr(this.after, 'hidden', all.length < 2);
	}
}

/**
 * @param {Context} ctx
 * @param {number} room whose loaded messages have the pictures around it
 * @param {Attachment} a
 */
export function openLightbox(ctx, room, a) {
	const messages = ctx.session.store.rooms.get(room)?.timeline.messages || [];
	const all = messages.flatMap((m) => m.attachments.filter(isPicture));
	const at = all.findIndex((x) => x.id === a.id);
	new Lightbox(ctx, at < 0 ? [a] : all, Math.max(0, at)).open();
}
