/**
 * view.js - the base of our custom elements: lives while it is in the page.
 */

/** @import {Prefs} from '../lib/prefs.js' */
/** @import {Session} from '../model/session.js' */

/**
 * What every view may use.
 * @typedef {object} Context
 * @property {Session} session
 * @property {Prefs} prefs
 * @property {(hash: string) => void} go
 */

export class View extends HTMLElement {
	#life = new AbortController();
	#scheduled = false;

	/** Ends when the element leaves the page. */
	get life() {
		return this.#life.signal;
	}

	connectedCallback() {
		this.#life = new AbortController();
		this.mount();
	}

	disconnectedCallback() {
		this.#life.abort();
		this.unmount();
	}

	/** Build, and listen. */
	mount() {}

	unmount() {}

	/** Bring what is shown in line with the model. */
	render() {}

	/**
	 * Listen to something for as long as the element is in the page.
	 * @param {EventTarget} target
	 * @param {string} type
	 * @param {(event: any) => void} listener
	 * @param {AddEventListenerOptions} [options]
	 */
	on(target, type, listener, options = {}) {
		target.addEventListener(type, listener, { signal: this.life, ...options });
	}

	/** Render once, soon: many events make one rendering. */
	schedule() {
		if (this.#scheduled) {
			return;
		}
		this.#scheduled = true;
		const run = () => {
			if (this.#scheduled) {
				this.#scheduled = false;
				clearTimeout(timer);
				if (this.isConnected) {
					this.render();
				}
			}
		};
		// A hidden page has no frames.
		const timer = setTimeout(run, 100);
		if (document.visibilityState === 'visible') {
			requestAnimationFrame(run);
		}
	}
}
