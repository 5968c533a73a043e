/**
 * settings.js - oneself: profile, look, language, notifications, password, sessions.
 */

import { h, refill } from '../lib/dom.js';
import { LANGUAGES, lang, t } from '../lib/i18n.js';
import { exact } from '../lib/time.js';
import { avatar } from './avatar.js';
import { dialog, field, wireForm } from './dialog.js';
import { openAdmin, openNetwork } from './later.js';
import { toast } from './toast.js';
import { explain } from './words.js';

/** @import {Values} from '../lib/prefs.js' */
/** @import {Context} from './view.js' */

/** @param {Context} ctx */
export function openSettings(ctx) {
	const me = ctx.session.me;
	const box = dialog(t('settings.title'), 'settings',
		h('div.settings-me', null, avatar(me, { size: 'large' }),
			h('div', null, h('bdi.settings-name', null, me.display_name),
				h('p.result-more', null, `@${me.name}`)),
			h('button.quiet', {
				type: 'button', 'data-role': 'logout',
				onclick: () => leave(ctx, box, false),
			}, t('settings.logout'))),
		h('div.settings-more', null,
			h('button.quiet', {
				type: 'button', 'data-role': 'network', onclick: () => openNetwork(ctx),
			}, t('network.open')),
			me.role === 'admin' ? h('button.quiet', {
				type: 'button', 'data-role': 'admin', onclick: () => openAdmin(ctx),
			}, t('admin.open')) : null),
		profile(ctx), look(ctx), notifications(ctx), password(ctx),
		sessions(ctx, () => box), matchMedia('(hover: hover)').matches ? keys() : null);
}

/**
 * @param {Context} ctx
 * @param {HTMLDialogElement} box
 * @param {boolean} everywhere
 */
async function leave(ctx, box, everywhere) {
	try {
		await ctx.session.logout(everywhere);
		box.close();
	} catch (error) {
		toast(explain(error));
	}
}

/**
 * @param {string} title
 * @param {...Node} children
 */
function section(title, ...children) {
	return h('section.settings-part', null, h('h3', null, t(title)), ...children);
}

/** @param {Context} ctx */
function profile(ctx) {
	const form = h('form', { 'data-role': 'profile' },
		field(t('door.display_name'), h('input', {
			name: 'display_name', value: ctx.session.me.display_name, maxlength: 64, required: true,
		})),
		h('div.form-foot', null, h('button.primary', { type: 'submit' }, t('action.save'))));
	wireForm(form, async (v) => {
		const reply = await ctx.session.api.post('me', { display_name: v.display_name.trim() },
			{ expect: 'user' });
		ctx.session.store.learn(reply.user);
		toast(t('settings.saved'), undefined, 2000);
	});
	return section('settings.profile', form);
}

/**
 * @template {keyof Values} K
 * @param {Context} ctx
 * @param {string} label
 * @param {K} name
 * @param {[Values[K], string][]} options
 * @param {Values[K]} [now]
 */
function choice(ctx, label, name, options, now = ctx.prefs.get(name)) {
	return h('fieldset.choice', null, h('legend', null, label),
		h('div.segments', null, ...options.map(([value, text]) => h('label.segment', null,
			h('input', {
				type: 'radio', name, value: String(value), checked: value === now,
				onchange: () => ctx.prefs.set(name, value),
			}), h('span', null, text)))));
}

/** @param {Context} ctx */
function look(ctx) {
	const low = h('input', {
		type: 'checkbox', name: 'lowData', checked: ctx.prefs.get('lowData'),
		onchange: () => ctx.prefs.set('lowData', low.checked),
	});
	const shrink = h('input', {
		type: 'checkbox', name: 'shrink', checked: ctx.prefs.get('shrink'),
		onchange: () => ctx.prefs.set('shrink', shrink.checked),
	});
	const languages = /** @type {[string, string][]} */ (Object.entries(LANGUAGES));
	return section('settings.look',
		choice(ctx, t('settings.theme'), 'theme', [['system', t('settings.theme.system')],
			['light', t('settings.theme.light')], ['dark', t('settings.theme.dark')]]),
		choice(ctx, t('settings.density'), 'density', [
			['comfortable', t('settings.density.comfortable')],
			['compact', t('settings.density.compact')]]),
		choice(ctx, t('settings.language'), 'lang', languages, lang()),
		choice(ctx, t('settings.enter'), 'enterSends', [[true, t('settings.enter.sends')],
			[false, t('settings.enter.breaks')]]),
		h('label.check', null, low, h('span', null, t('settings.low_data'))),
		h('p.hint', null, t('settings.low_data.hint')),
		h('label.check', null, shrink, h('span', null, t('settings.shrink'))),
		h('p.hint', null, t('settings.shrink.hint')));
}

/** @param {Context} ctx */
function notifications(ctx) {
	const note = h('p.hint');
	const blocked = () => 'Notification' in window && Notification.permission === 'denied';
	note.textContent = blocked() ? t('settings.notify.blocked') : '';
	const notify = h('input', {
		type: 'checkbox', checked: ctx.prefs.get('notify'),
		onchange: async () => {
			let on = notify.checked;
			if (on && 'Notification' in window) {
				on = await Notification.requestPermission() === 'granted';
			}
			notify.checked = on;
			note.textContent = blocked() ? t('settings.notify.blocked') : '';
			ctx.prefs.set('notify', on);
		},
	});
	const sound = h('input', {
		type: 'checkbox', checked: ctx.prefs.get('sound'),
		onchange: () => ctx.prefs.set('sound', sound.checked),
	});
	return section('settings.notify',
		h('label.check', null, notify, h('span', null, t('settings.notify.show'))), note,
		h('label.check', null, sound, h('span', null, t('settings.notify.sound'))));
}

/** What the keyboard can do, told to those who have one. */
function keys() {
	const strong = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl';
	/** @type {[string, string][]} */
	const all = [[`${strong} K`, 'keys.go'], [`${strong} ⇧ F`, 'keys.search'],
		['Alt ↑ ↓', 'keys.rooms'], ['↑', 'keys.edit'], ['@ :', 'keys.complete'],
		['⇧ Tab ↑', 'keys.messages'], ['Esc', 'keys.close']];
	return h('details.settings-part', null, h('summary', null, t('keys.title')),
		h('dl.keys', null, ...all.flatMap(([key, what]) => [
			h('dt', null, h('kbd', null, key)), h('dd', null, t(what))])));
}

/** @param {Context} ctx */
function password(ctx) {
	const form = h('form', null,
		field(t('settings.password.old'), h('input', {
			name: 'old', type: 'password', autocomplete: 'current-password', required: true,
		})),
		field(t('settings.password.new'), h('input', {
			name: 'new', type: 'password', autocomplete: 'new-password', required: true,
		}), t('door.password.hint')),
		h('div.form-foot', null, h('button.primary', { type: 'submit' },
			t('settings.password.change'))));
	wireForm(form, async (v) => {
		await ctx.session.api.post('me/password', { old: v.old, new: v.new }, { timeout: 20000 });
		form.reset();
		toast(t('settings.password.changed'));
	});
	return h('details.settings-part', null, h('summary', null, t('settings.password')), form);
}

/**
 * @param {Context} ctx
 * @param {() => HTMLDialogElement} box
 */
function sessions(ctx, box) {
	const { api } = ctx.session;
	const list = h('div.results', { role: 'list' });
	const load = async () => {
		try {
			const reply = await api.get('sessions', { expect: 'sessions' });
			refill(list, ...reply.sessions.map(one));
		} catch (error) {
			refill(list, h('p.problem', { role: 'alert' }, explain(error)));
		}
	};
	const revoke = async (/** @type {number} */ id) => {
		await api.post(`sessions/${id}/revoke`).catch((error) => toast(explain(error)));
		load();
	};
	const one = (/** @type {any} */ s) => h('div.result', { role: 'listitem' },
		h('div.result-text', null,
			h('span.result-name', null, s.agent || t('settings.sessions.unknown')),
			h('p.result-more', null, `${s.address} · ${exact(new Date(s.last_seen))}`)),
		s.current ? h('span.tag', null, t('settings.sessions.this'))
			: h('button.quiet', { type: 'button', onclick: () => revoke(s.id) },
				t('settings.sessions.end')));
	const part = h('details.settings-part', {
		ontoggle: () => part.open && load(),
	}, h('summary', null, t('settings.sessions')), list,
	h('div.form-foot', null, h('button.quiet', {
		type: 'button', onclick: () => leave(ctx, box(), true),
	}, t('settings.sessions.all'))));
	return part;
}
