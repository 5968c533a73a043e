/**
 * prefs.js - this browser's settings; a change is an event.
 */

export const DEFAULTS = {
	theme: 'system',
	lang: '',
	density: 'comfortable',
	enterSends: true,
	sound: false,
	notify: false,
	lastRoom: 0,
	signedIn: false,
	/** Who that is. */
	user: 0,
	lowData: false,
	/** Large photos are scaled down before they are sent. */
	shrink: true,
	emoji: /** @type {string[]} */ ([]),
};

/** @typedef {typeof DEFAULTS} Values */

const KEY = 'palabre';

/** Event: `change`, its detail the name that changed. */
export class Prefs extends EventTarget {
	constructor() {
		super();
		/** @type {Values} */
		this.values = { ...DEFAULTS };
		try {
			Object.assign(this.values, JSON.parse(localStorage.getItem(KEY) || '{}'));
		} catch {
			// no storage, or not ours: the defaults do
		}
	}

	/**
	 * @template {keyof Values} K
	 * @param {K} name
	 * @returns {Values[K]}
	 */
	get(name) {
		return this.values[name];
	}

	/**
	 * @template {keyof Values} K
	 * @param {K} name
	 * @param {Values[K]} value
	 */
	set(name, value) {
		this.values[name] = value;
		try {
			localStorage.setItem(KEY, JSON.stringify(this.values));
		} catch {
			// kept for this page only
		}
		this.dispatchEvent(new CustomEvent('change', { detail: name }));
	}
}
