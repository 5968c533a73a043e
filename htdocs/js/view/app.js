/**
 * app.js - what is behind the door: a session, the views on it, and what nudges it.
 */

import { h, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Idle } from '../model/idle.js';
import { Session } from '../model/session.js';
import { fetchAhead } from './later.js';
import { Shell } from './shell.js';
import { keepPage } from './worker.js';

/** @import {Prefs} from '../lib/prefs.js' */
/** @import {Context} from './view.js' */

/** Whether somebody is here is looked at so often, in ms. */
const LOOK = 30000;

/**
 * @typedef {object} Frame what is around the app
 * @property {HTMLElement} root
 * @property {string} base
 * @property {Prefs} prefs
 * @property {(error?: unknown) => void} waiting shows that we wait, and why
 * @property {() => void} left nobody is signed in any more
 */

export class App {
	#life = new AbortController();

	/** @param {Frame} frame */
	constructor(frame) {
		this.frame = frame;
		this.session = new Session(frame.base, {
			lowData: () => frame.prefs.get('lowData'),
			visible: () => document.visibilityState === 'visible',
			shelf: shelf(),
		});
		/** @type {Context} */
		this.ctx = { session: this.session, prefs: frame.prefs, go };
	}

	async start() {
		const { session, frame } = this;
		session.addEventListener('phase', () => this.#phase());
		session.addEventListener('trouble', (e) => {
			const error = /** @type {CustomEvent} */ (e).detail;
			if (error.transient && session.phase === 'starting') {
				frame.waiting(error);
			}
		});
		this.#nudges();
		this.#presence();
		await session.boot(frame.prefs.get('user'));
	}

	#phase() {
		const { session, frame } = this;
		if (session.phase === 'starting') {
			return;
		}
		const inside = session.phase === 'in';
		frame.prefs.set('signedIn', inside);
		frame.prefs.set('user', inside ? session.me.id : 0);
		if (inside) {
			// Not in one piece with the start: a slow phone answers to the finger between.
			setTimeout(() => this.show());
			fetchAhead();
			keepPage(this.ctx, this.#life.signal);
		} else {
			this.#life.abort();
			frame.left();
		}
	}

	show() {
		if (this.session.phase === 'in') {
			document.querySelectorAll('dialog').forEach((d) => d.close());
			try {
				this.frame.root.replaceChildren(new Shell(this.ctx));
			} catch (error) {
				refill(this.frame.root, h('p.starting', { role: 'alert' }, t('error.unknown')));
				throw error;
			}
		}
	}

	#presence() {
		const { session, frame } = this;
		const { signal } = this.#life;
		const idle = new Idle({
			now: Date.now,
			shelf: shelf(),
			presence: () => (session.phase === 'in' ? session.me.presence : undefined),
			tell: async (away) => {
				const reply = await session.api.post('me', { away }, { expect: 'user' });
				session.store.learn(reply.user);
			},
		});
		session.addEventListener('phase', () => idle.active(), { signal });
		for (const type of ['keydown', 'pointerdown', 'focus', 'wheel']) {
			addEventListener(type, () => idle.active(), { signal, passive: true });
		}
		const timer = setInterval(() => {
			if (session.connection.leader && !frame.prefs.get('lowData')) {
				idle.look();
			}
		}, LOOK);
		signal.addEventListener('abort', () => clearInterval(timer));
	}

	#nudges() {
		const { session } = this;
		const { signal } = this.#life;
		const nudge = (/** @type {any} */ why) => session.connection.nudge(why);
		addEventListener('online', () => {
			nudge('online');
			session.retry();
			if (session.phase === 'in') {
				session.outbox.kick();
			}
		}, { signal });
		addEventListener('offline', () => nudge('offline'), { signal });
		addEventListener('focus', () => nudge('focus'), { signal });
		addEventListener('pageshow', (e) => e.persisted && nudge('wake'), { signal });
		addEventListener('pagehide', (e) => {
			session.keep();
			session.flushReads(true);
			if (!e.persisted) {
				// The next tab leads at once, not when this one has been cleared away.
				session.connection.stop();
			}
		}, { signal });
		document.addEventListener('visibilitychange', () => {
			const visible = document.visibilityState === 'visible';
			session.connection.setVisible(visible);
			if (!visible) {
				session.keep();
			}
		}, { signal });
	}
}

/** Some browsers throw where storage is forbidden. */
function shelf() {
	try {
		return localStorage;
	} catch {
		return null;
	}
}

/** @param {string} hash */
function go(hash) {
	if (location.hash === hash || (hash === '#/' && !location.hash)) {
		window.dispatchEvent(new Event('hashchange'));
	} else {
		location.hash = hash;
	}
}
