/**
 * main.js - starts the page: language, look, and the door or the app behind it. The app
 * is fetched when somebody comes in.
 */

import { h, icon, loadIcons, refill } from './lib/dom.js';
import { choose, LANGUAGES, setLang, t } from './lib/i18n.js';
import { Prefs } from './lib/prefs.js';
import { Gate } from './model/gate.js';
import { Retry } from './model/retry.js';
import { ApiError } from './net/api.js';
import { Door } from './view/door.js';
import { explain } from './view/words.js';

/** @import {App} from './view/app.js' */

const prefs = new Prefs();
const base = new URL('.', document.baseURI).href;
const gate = new Gate(base);
const root = /** @type {HTMLElement} */ (document.getElementById('page'));
/** @type {App|null} */
let app = null;
const fetching = new Retry();

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

/** @param {unknown} [error] what keeps us waiting */
function waiting(error) {
	const text = error ? explain(error) : '';
	const word = root.querySelector('.starting p');
	if (word) {
		word.textContent = text;
	} else if (error || !root.querySelector('palabre-door')) {
		// The door stays while its own form is on its way in.
		refill(root, h('div.starting', null, icon('mark'), h('p', { role: 'status' }, text)));
	}
}

/** The styles of the app; theme.js may have put them in place already. */
function styles() {
	const files = document.getElementById('app-files');
	if (files instanceof HTMLTemplateElement) {
		document.head.append(files.content);
	}
	const links = /** @type {HTMLLinkElement[]} */ ([
		...document.querySelectorAll('link[rel=stylesheet]')]);
	return Promise.all(links.filter((link) => !link.sheet).map((link) =>
		new Promise((resolve) => {
			link.addEventListener('load', resolve);
			link.addEventListener('error', resolve);
			setTimeout(resolve, 5000);
		})));
}

async function appModule() {
	try {
		return await import('./view/app.js');
	} catch {
		const error = new ApiError('down', 'unreachable');
		waiting(error);
		throw error;
	}
}

async function enter() {
	waiting();
	const [module] = await Promise.all([fetching.until(appModule), styles()]);
	app = new module.App({ root, base, prefs, waiting, left: door });
	await app.start();
}

function door() {
	app = null;
	document.querySelectorAll('dialog').forEach((d) => d.close());
	root.replaceChildren(new Door({ gate, prefs, enter }));
	// What the app is made of may come while the name is being typed.
	root.addEventListener('input', () => {
		styles();
		import('./view/app.js').catch(() => {});
	}, { once: true });
}

function listen() {
	prefs.addEventListener('change', async (e) => {
		const name = /** @type {CustomEvent} */ (e).detail;
		look();
		if (name === 'lang') {
			await language();
			if (app) {
				app.show();
			} else {
				door();
			}
		}
	});
	addEventListener('online', () => fetching.kick());
}

async function start() {
	look();
	loadIcons();
	await language();
	listen();
	if (prefs.get('signedIn')) {
		await enter();
		return;
	}
	door();
	if (await gate.open().catch(() => false)) {
		await enter();
	}
}

document.title = 'Palabre';
start().catch(() => {
	refill(root, h('p.starting', { role: 'alert' }, t('error.unknown')));
});
