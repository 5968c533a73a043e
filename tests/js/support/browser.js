/**
 * browser.js - the locks and channels of one browser with several tabs, any of which may
 * be frozen: it keeps its locks and hears nothing.
 */

export class Tabs {
	/** @type {Map<string, {holder: any, waiting: any[]}>} */ #locks = new Map();
	/** @type {Set<any>} */ #channels = new Set();

	/**
	 * @param {string} name
	 * @returns {any} what one tab has of the browser
	 */
	tab(name = 'palabre') {
		const tab = { frozen: false, name, tick: 200, locks: {}, channel: (/** @type {any} */ _) => {} };
		tab.locks = {
			request: (/** @type {string} */ lock, /** @type {any} */ how, /** @type {any} */ then) =>
				this.#request(tab, lock, how, then),
		};
		tab.channel = (channel) => this.#open(tab, channel);
		return tab;
	}

	/**
	 * @param {any} tab
	 * @param {string} name
	 */
	#open(tab, name) {
		const channel = {
			tab, name, onmessage: /** @type {any} */ (null),
			postMessage: (/** @type {any} */ data) => {
				const copy = JSON.stringify(data);
				for (const other of this.#channels) {
					if (other !== channel && other.name === name) {
						setImmediate(() => this.#channels.has(other) && !other.tab.frozen
							&& !tab.frozen && other.onmessage?.({ data: JSON.parse(copy) }));
					}
				}
			},
			close: () => this.#channels.delete(channel),
		};
		this.#channels.add(channel);
		return channel;
	}

	/**
	 * @param {any} tab
	 * @param {string} name
	 * @param {any} how
	 * @param {any} then
	 */
	#request(tab, name, how, then) {
		const lock = this.#locks.get(name) || { holder: null, waiting: [] };
		this.#locks.set(name, lock);
		return new Promise((resolve, reject) => {
			const ask = { tab, then, resolve, reject };
			how.signal?.addEventListener('abort', () => {
				if (lock.waiting.includes(ask)) {
					lock.waiting.splice(lock.waiting.indexOf(ask), 1);
					reject(new Error('aborted'));
				}
			});
			if (how.steal) {
				const { holder } = lock;
				lock.holder = null;
				lock.waiting.unshift(ask);
				this.#grant(lock);
				// A frozen tab hears of it when it thaws.
				const tell = () => {
					if (holder?.tab.frozen) {
						setTimeout(tell, 20);
					} else {
						holder?.reject(new Error('stolen'));
					}
				};
				tell();
			} else {
				lock.waiting.push(ask);
				this.#grant(lock);
			}
		});
	}

	/** @param {{holder: any, waiting: any[]}} lock */
	#grant(lock) {
		const next = lock.holder ? null : lock.waiting.shift();
		if (next) {
			lock.holder = next;
			setImmediate(async () => {
				await next.then({});
				next.resolve();
				if (lock.holder === next) {
					lock.holder = null;
					this.#grant(lock);
				}
			});
		}
	}

	/** @param {any} tab is gone, with its locks and channels */
	close(tab) {
		for (const channel of [...this.#channels]) {
			if (channel.tab === tab) {
				this.#channels.delete(channel);
			}
		}
		for (const lock of this.#locks.values()) {
			lock.waiting = lock.waiting.filter((x) => x.tab !== tab);
			if (lock.holder?.tab === tab) {
				lock.holder = null;
				this.#grant(lock);
			}
		}
	}
}
