/**
 * main.js - starts the page: language, session, and which of its faces is shown.
 */

import { h, icon, loadIcons, refill } from './lib/dom.js';
import { choose, LANGUAGES, setLang, t } from './lib/i18n.js';
import { Prefs } from './lib/prefs.js';
import { Session } from './model/session.js';
import { Door } from './view/door.js';
import { Shell } from './view/shell.js';
import { explain } from './view/words.js';

const prefs = new Prefs();
const session = new Session(new URL('.', document.baseURI).href);
const root = /** @type {HTMLElement} */ (document.getElementById('page'));

/** @type {import('./view/view.js').Context} */
const ctx = {
	session,
	prefs,
	go(hash) {
		if (location.hash === hash || (hash === '#/' && !location.hash)) {
			window.dispatchEvent(new Event('hashchange'));
		} else {
			location.hash = hash;
		}
	},
};

async function language() {
	const wanted = prefs.get('lang');
	const name = wanted in LANGUAGES ? /** @type {keyof LANGUAGES} */ (wanted)
		: choose(navigator.languages);
	await setLang(name);
	document.documentElement.lang = name;
}

function look() {
	const { dataset } = document.documentElement;
	const theme = prefs.get('theme');
	if (theme === 'system') {
		delete dataset.theme;
	} else {
		dataset.theme = theme;
	}
	dataset.density = prefs.get('density');
}

function waiting() {
	const word = h('p', { role: 'status' });
	refill(root, h('div.starting', null, icon('mark'), word));
	session.addEventListener('trouble', (e) => {
		const error = /** @type {CustomEvent} */ (e).detail;
		if (error.transient) {
			word.textContent = explain(error);
		}
	});
}

function show() {
	document.querySelectorAll('dialog').forEach((d) => d.close());
	if (session.phase === 'starting') {
		// The door stays while its own form is on its way in.
		if (!root.querySelector('palabre-door')) {
			waiting();
		}
	} else {
		root.replaceChildren(session.phase === 'in' ? new Shell(ctx) : new Door(ctx));
	}
}

function nudges() {
	const nudge = (/** @type {any} */ why) => session.connection.nudge(why);
	const kick = () => session.phase === 'in' && session.outbox.kick();
	addEventListener('online', () => {
		nudge('online');
		session.retry();
		kick();
	});
	addEventListener('offline', () => nudge('offline'));
	addEventListener('focus', () => nudge('focus'));
	addEventListener('pageshow', (e) => e.persisted && nudge('wake'));
	document.addEventListener('visibilitychange', () => {
		session.connection.setVisible(document.visibilityState === 'visible');
	});
}

async function start() {
	look();
	await Promise.all([language(), loadIcons()]);
	prefs.addEventListener('change', async (e) => {
		const name = /** @type {CustomEvent} */ (e).detail;
		look();
		if (name === 'lang') {
			await language();
			show();
		}
	});
	session.addEventListener('phase', () => {
		if (session.phase !== 'starting') {
			prefs.set('signedIn', session.phase === 'in');
		}
		show();
	});
	nudges();
	await session.boot(prefs.get('signedIn'));
}

document.title = 'Palabre';
start().catch(() => {
	refill(root, h('p.starting', { role: 'alert' }, t('error.unknown')));
});
