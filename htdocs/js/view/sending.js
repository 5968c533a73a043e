/**
 * sending.js - over a file on its way: how much of it has left, and a way to stop it.
 */

import { h, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { View } from './view.js';
import { refusal } from './words.js';

/** @import {Attachment} from '../net/types.js' */
/** @import {Context} from './view.js' */

export class Sending extends View {
	/**
	 * @param {Context} ctx
	 * @param {string} clientId of its message
	 * @param {Attachment} file its id is its key in the outbox
	 */
	constructor(ctx, clientId, file) {
		super();
		this.outbox = ctx.session.outbox;
		this.clientId = clientId;
		this.file = file;
		this.bar = h('progress', {
			max: 1, value: 0, 'aria-label': t('picture.sending', { name: file.name }),
		});
		this.problem = h('p.sending-problem');
	}

	/** @override */
	mount() {
		const { outbox, file } = this;
		this.className = 'sending';
		this.replaceChildren(this.bar, this.problem,
			iconButton('close', t('picture.cancel', { name: file.name }), {
				'data-role': 'cancel', onclick: () => outbox.without(this.clientId, file.id),
			}));
		this.on(outbox, 'progress', (e) => e.detail.key === file.id && this.render());
		this.on(outbox, 'change', () => this.render());
		this.render();
	}

	/** @override */
	render() {
		const entry = this.outbox.find(this.clientId);
		const file = entry?.files.find((f) => f.key === this.file.id);
		const error = file?.error || '';
		const part = file?.attachment ? 1 : this.outbox.uploads.parts.get(this.file.id) || 0;
		this.bar.value = part;
		this.bar.hidden = entry?.state !== 'sending';
		this.problem.textContent = error && (refusal(error) || t('picture.refused'));
		const stoppable = entry && (entry.state === 'failed' || entry.files.some((f) => !f.attachment));
		this.lastElementChild?.toggleAttribute('hidden', !stoppable);
	}
}

customElements.define('palabre-sending', Sending);
