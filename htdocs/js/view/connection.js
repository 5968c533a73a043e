/**
 * connection.js - says in plain words how messages come in; a tap tells more.
 */

import { h, attr } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { openNetwork } from './later.js';
import { View } from './view.js';

/** @import {Context} from './view.js' */

/** Troubles shorter than this many ms are not shown. */
const SILENT = 3000;

export class ConnectionLine extends View {
	/** @param {Context} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
		/** When the words stopped being true, 0 while live. */
		this.since = Date.now();
		/** @type {ReturnType<typeof setTimeout>|undefined} */
		this.timer = undefined;
		this.head = h('strong');
		this.rest = h('span');
	}

	/** @override */
	mount() {
		const { connection, outbox } = this.ctx.session;
		this.className = 'connection';
		attr(this, 'data-role', 'connection');
		this.replaceChildren(h('span.pulse', { 'aria-hidden': 'true' }),
			h('p', { role: 'status' }, this.head, this.rest),
			h('button.connection-more', {
				type: 'button', 'aria-label': t('network.open'), title: t('network.open'),
				'data-role': 'network', onclick: () => openNetwork(this.ctx),
			}));
		this.on(connection, 'state', () => this.render());
		this.on(outbox, 'change', () => this.render());
		this.on(window, 'online', () => this.render());
		this.on(window, 'offline', () => this.render());
		this.render();
	}

	/** @override */
	render() {
		const { connection } = this.ctx.session;
		attr(this, 'data-state', connection.state);
		attr(this, 'data-transport', connection.transport);
		attr(this, 'data-leader', String(connection.leader));
		clearTimeout(this.timer);
		if (connection.state === 'live') {
			this.since = 0;
		} else {
			this.since ||= Date.now();
			const left = this.since + SILENT - Date.now();
			if (left > 0 && this.head.textContent) {
				this.timer = setTimeout(() => this.render(), left);
				return;
			}
		}
		const [head, rest] = this.#words();
		if (this.head.textContent !== head || this.rest.textContent !== rest) {
			this.head.textContent = head;
			this.rest.textContent = rest;
		}
		attr(this, 'data-shown', connection.state);
	}

	/** @returns {[string, string]} */
	#words() {
		const { connection, outbox } = this.ctx.session;
		const waiting = outbox.waiting;
		const later = waiting ? ` · ${t('connection.waiting', { n: waiting })}` : '';
		if (connection.portal) {
			return [t('connection.portal'), later];
		}
		if (connection.state === 'live') {
			const { why } = connection;
			if (connection.transport === 'sse') {
				return [t('connection.live'), ''];
			}
			const reason = why === 'refused' || !why ? 'plain' : 'held';
			return [t('connection.live'), ` · ${t(`connection.poll.${reason}`)}`];
		}
		if (!navigator.onLine) {
			return [t('connection.offline'), later];
		}
		return [t(connection.state === 'offline' ? 'connection.lost' : 'connection.connecting'),
			later];
	}
}

customElements.define('palabre-connection', ConnectionLine);
