/**
 * door.js - sign in, or make an account.
 */

import { h, icon, refill } from '../lib/dom.js';
import { LANGUAGES, lang, t } from '../lib/i18n.js';
import { field, wireForm } from './dialog.js';
import { View } from './view.js';

/** @import {Prefs} from '../lib/prefs.js' */
/** @import {Gate} from '../model/gate.js' */

/**
 * @typedef {object} Frame
 * @property {Gate} gate
 * @property {Prefs} prefs
 * @property {() => Promise<void>} enter
 */

export class Door extends View {
	/** @param {Frame} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
		/** @type {"login"|"register"} */
		this.mode = 'login';
		/** The server wants an invitation. */
		this.invited = false;
	}

	/** @override */
	mount() {
		this.className = 'door';
		this.render();
	}

	/** @override */
	render() {
		const form = this.mode === 'login' ? this.#login() : this.#register();
		refill(this,
			h('main.door-card', null,
				h('div.door-mark', null, icon('mark')),
				h('h1', null, t(`door.${this.mode}.title`)),
				h('p.door-lead', null, t(`door.${this.mode}.lead`)),
				form,
				h('p.door-switch', null, t(`door.${this.mode}.other`), ' ',
					h('button.link', {
						type: 'button', 'data-role': 'switch-auth', onclick: () => this.#swap(),
					}, t(`door.${this.mode}.switch`)))),
			this.#languages());
		/** @type {HTMLElement|null} */ (this.querySelector('input'))?.focus();
	}

	#swap() {
		const name = this.querySelector('input')?.value || '';
		this.mode = this.mode === 'login' ? 'register' : 'login';
		this.render();
		const input = this.querySelector('input');
		if (input) {
			input.value = name;
		}
	}

	#login() {
		const form = h('form', { 'data-role': 'login' },
			field(t('door.name'), h('input', {
				name: 'name', autocomplete: 'username', autocapitalize: 'none',
				spellcheck: 'false', required: true,
			})),
			field(t('door.password'), h('input', {
				name: 'password', type: 'password', autocomplete: 'current-password',
				required: true,
			})),
			h('button.primary', { type: 'submit' }, t('door.login.submit')));
		wireForm(form, async (v) => {
			await this.ctx.gate.login({ name: v.name, password: v.password });
			await this.ctx.enter();
		});
		return form;
	}

	#register() {
		const invite = field(t('door.invite'), h('input', { name: 'invite', autocomplete: 'off' }));
		invite.hidden = !this.invited;
		const form = h('form', { 'data-role': 'register' },
			field(t('door.name'), h('input', {
				name: 'name', autocomplete: 'username', autocapitalize: 'none',
				spellcheck: 'false', required: true, maxlength: 32,
			}), t('door.name.hint')),
			field(t('door.display_name'), h('input', {
				name: 'display_name', autocomplete: 'name', maxlength: 64,
			}), t('door.display_name.hint')),
			field(t('door.password'), h('input', {
				name: 'password', type: 'password', autocomplete: 'new-password', required: true,
			}), t('door.password.hint')),
			invite,
			h('button.primary', { type: 'submit' }, t('door.register.submit')));
		wireForm(form, async (v) => {
			const fields = { name: v.name, password: v.password };
			const more = { display_name: v.display_name.trim(), invite: v.invite.trim() };
			const given = Object.entries(more).filter(([, value]) => value);
			try {
				await this.ctx.gate.register({ ...fields, ...Object.fromEntries(given) });
			} catch (error) {
				this.invited ||= /** @type {any} */ (error).code === 'bad_invite';
				invite.hidden = !this.invited;
				throw error;
			}
			await this.ctx.enter();
		});
		return form;
	}

	#languages() {
		const names = Object.entries(LANGUAGES).map(([code, name]) =>
			h('button.link', {
				type: 'button', lang: code, 'aria-pressed': String(code === lang()),
				onclick: () => this.ctx.prefs.set('lang', code),
			}, name));
		return h('footer', null, h('div.door-foot', {
			role: 'group', 'aria-label': t('settings.language'),
		}, ...names));
	}
}

customElements.define('palabre-door', Door);
