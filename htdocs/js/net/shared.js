/**
 * shared.js - one stream for all tabs of a browser.
 *
 * Who holds the lock leads: it has the connection and relays what comes. The others
 * listen, ask after the leader each second, and fill what they miss by a plain poll from
 * their own cursor. A leader that is closed or killed loses the lock to the next in the
 * queue; one that is frozen keeps it, so it is taken from it. Where a browser has no
 * locks or no channels, each tab is on its own.
 */

import { Connection } from './connection.js';
import { Line } from './line.js';
import { poll } from './longpoll.js';
import { Timers } from './timers.js';

/** @import {Api} from './api.js' */
/** @import {State, Transport} from './line.js' */

/** What the tabs say to each other; a page that knows less than another steps aside. */
export const RELAY = 1;

/** @typedef {ConstructorParameters<typeof Connection>[1]} Options */

/**
 * @typedef {object} Browser what this needs of one
 * @property {Pick<LockManager, "request">} locks
 * @property {(name: string) => BroadcastChannel} channel
 * @property {string} name the same for all tabs of a deployment and user
 * @property {number} [tick] ms between two looks at the leader
 */

/** Unanswered questions before the leader is taken for frozen: seen, and hidden. */
const MISSED = 2;
const MISSED_HIDDEN = 30;
/** ms between two attempts of one page to take the lead. */
const PATIENCE = 10000;
/** A leader hidden so long, in ms, has slow timers: a page that is seen takes over. */
const HIDDEN = 60000;

/** @returns {Omit<Browser, "name">|null} null where there is no sharing */
export function browserShares() {
	if (typeof navigator === 'undefined' || !navigator.locks
		|| typeof BroadcastChannel === 'undefined') {
		return null;
	}
	return { locks: navigator.locks, channel: (name) => new BroadcastChannel(name) };
}

export class SharedConnection extends Line {
	/** @type {BroadcastChannel|null} */ #channel = null;
	/** @type {(() => void)|null} */ #release = null;
	/** @type {AbortController|null} */ #queue = null;
	#timers = new Timers();
	#visible = true;
	#running = false;
	#hiddenSince = 0;
	#seenAt = 0;
	#n = 0;
	#missed = 0;
	#stoleAt = -Infinity;
	#lastTick = Date.now();
	#caught = false;
	#catching = false;
	#why = '';

	/**
	 * @param {Api} api
	 * @param {Options} [options]
	 * @param {Browser|null} [browser] null: this page alone
	 * @param {number} [version]
	 */
	constructor(api, options = {}, browser = null, version = RELAY) {
		super();
		this.api = api;
		this.options = options;
		this.browser = browser;
		this.version = version;
		this.leader = !browser;
		/** @type {Connection|null} */ this.own = null;
	}

	/** @returns {string} why it is not a stream, in the words of the verdict */
	get why() {
		return this.own ? this.own.verdict.why : this.#why;
	}

	/** @param {string} cursor from sync */
	start(cursor) {
		this.stop();
		this.cursor = cursor;
		this.#running = true;
		const { browser } = this;
		if (!browser) {
			this.#lead();
			return;
		}
		this.#channel = browser.channel(browser.name);
		this.#channel.onmessage = (message) => this.#hear(message.data);
		this.#lastTick = Date.now();
		this.#timers.every('tick', browser.tick || 1000, () => this.#tick());
		this.#enqueue(false);
		this.#ask();
	}

	stop() {
		this.#running = false;
		this.#timers.clear();
		this.#queue?.abort();
		this.#queue = null;
		this.#stepDown();
		this.#channel?.close();
		this.#channel = null;
		this.#caught = false;
		this.#missed = 0;
		this.put('connecting', 'none');
	}

	/** @param {boolean} visible whether somebody can see the page */
	setVisible(visible) {
		this.#visible = visible;
		this.#hiddenSince = visible ? 0 : this.#hiddenSince || Date.now();
		this.#look();
		if (visible) {
			this.#ask();
		}
	}

	/** @param {"online"|"focus"|"wake"|"offline"} why */
	nudge(why) {
		if (this.own) {
			this.own.nudge(why);
		} else if (this.#running) {
			this.#ask();
			if (why !== 'focus') {
				this.#post({ k: 'nudge', why });
				this.#catchUp();
			}
		}
	}

	/** One's own send was acknowledged, yet did not come back. */
	suspect() {
		if (this.own) {
			this.own.suspect();
		} else if (this.#running) {
			this.#post({ k: 'suspect' });
			this.#catchUp();
		}
	}

	/** @param {Record<string, unknown>} message */
	#post(message) {
		this.#channel?.postMessage({ v: this.version, ...message });
	}

	#ask() {
		if (!this.own) {
			this.#post({ k: 'ask', visible: this.#visible });
		}
	}

	/** @param {boolean} steal */
	#enqueue(steal) {
		this.#queue?.abort();
		const queue = new AbortController();
		this.#queue = queue;
		const { browser } = this;
		const how = steal ? { steal: true } : { signal: queue.signal };
		browser?.locks.request(browser.name, how, () => {
			if (queue.signal.aborted || !this.#running) {
				return undefined;
			}
			this.#lead();
			return new Promise((/** @type {(value: void) => void} */ done) => {
				this.#release = done;
			});
		}).catch(() => {
			// The lock was taken from us, or we left the queue ourselves.
			if (this.#running && this.#queue === queue && !queue.signal.aborted) {
				this.#stepDown();
				this.#enqueue(false);
				this.#ask();
			}
		});
	}

	#lead() {
		const alone = !this.browser;
		const own = new Connection(this.api, { ...this.options, hiddenPolls: alone });
		this.leader = true;
		this.own = own;
		// Another leader's numbers are no sign of having what this one had before it led.
		this.#n = Math.floor(Math.random() * 2 ** 40);
		own.counts = this.counts;
		own.addEventListener('event', (e) => {
			const event = /** @type {CustomEvent} */ (e).detail;
			// Not the cursor behind the event: it is had when this one is.
			this.cursor = own.cursor;
			this.#post({ k: 'event', n: ++this.#n, event, cursor: own.cursor });
			this.deliver(event);
		});
		own.addEventListener('reset', () => {
			this.cursor = own.cursor;
			this.#post({ k: 'reset', cursor: own.cursor });
			// The connection has counted it.
			this.dispatchEvent(new CustomEvent('reset', { detail: own.cursor }));
		});
		own.addEventListener('signedout', () => {
			this.#post({ k: 'out' });
			this.stop();
			this.dispatchEvent(new Event('signedout'));
		});
		own.addEventListener('state', () => {
			this.portal = own.portal;
			this.put(own.state, own.transport);
			this.#tell();
		});
		own.start(this.cursor);
		this.#look();
	}

	#stepDown() {
		if (this.own) {
			this.cursor = this.own.cursor || this.cursor;
			const { own } = this;
			this.own = null;
			this.leader = !this.browser;
			// Its last words are nobody's business any more.
			own.dispatchEvent = () => true;
			own.stop();
			this.#caught = false;
			this.#missed = 0;
		}
		this.#release?.();
		this.#release = null;
	}

	#tell() {
		if (this.own) {
			const { state, transport, portal, why } = this;
			const hidden = this.#visible ? 0 : Date.now() - this.#hiddenSince;
			this.#post({ k: 'lead', n: this.#n, state, transport, portal, why, hidden });
		}
	}

	/** The stream beats for whoever can be seen, in this tab or another. */
	#look() {
		const watched = Date.now() - this.#seenAt < 5000;
		this.own?.setVisible(this.#visible || watched);
	}

	/** @param {any} m */
	#hear(m) {
		if (!this.#running || typeof m?.v !== 'number' || m.v < this.version) {
			return;
		}
		if (m.v > this.version) {
			this.#retire();
		} else if (this.own) {
			this.#serve(this.own, m);
		} else {
			this.#follow(m);
		}
	}

	/**
	 * @param {Connection} own
	 * @param {any} m what a follower says
	 */
	#serve(own, m) {
		if (m.k === 'ask') {
			if (m.visible) {
				this.#seenAt = Date.now();
				this.#look();
				own.check();
			}
			this.#tell();
		} else if (m.k === 'suspect') {
			own.suspect();
		} else if (m.k === 'nudge') {
			own.nudge(m.why);
		}
	}

	/** @param {any} m what the leader says */
	#follow(m) {
		if (m.k === 'out') {
			this.stop();
			this.dispatchEvent(new Event('signedout'));
		} else if (m.k === 'reset') {
			this.cursor = m.cursor;
			this.reset();
		} else if (m.k === 'event') {
			this.#missed = 0;
			const next = this.#caught && m.n === this.#n + 1;
			this.#n = m.n;
			this.deliver(m.event);
			if (next && m.cursor && !this.#catching) {
				this.cursor = m.cursor;
			} else if (!next) {
				this.#catchUp();
			}
		} else if (m.k === 'lead') {
			this.#led(m);
		}
	}

	/** @param {any} m */
	#led(m) {
		this.#missed = 0;
		if (this.#visible && m.hidden > HIDDEN) {
			this.#steal();
			return;
		}
		if (!this.#caught || m.n !== this.#n) {
			this.#n = m.n;
			this.#catchUp();
		}
		this.portal = m.portal;
		this.#why = m.why;
		this.put(/** @type {State} */ (m.state), /** @type {Transport} */ (m.transport));
	}

	/** What was said while nobody here listened. */
	async #catchUp() {
		if (this.#catching) {
			// The answer under way may be from before what is missed now.
			this.#caught = false;
			return;
		}
		this.#catching = true;
		this.#caught = true;
		try {
			const reply = await poll(this.api,
				{ cursor: this.cursor, wait: 0, client: '', timeout: 4000 });
			if (this.#running && !this.own) {
				reply.events.forEach((event) => this.deliver(event));
				this.cursor = reply.cursor;
				if (reply.resume === 'reset') {
					this.reset();
				}
			}
		} catch {
			// Asked again at the leader's next word.
			this.#caught = false;
		}
		this.#catching = false;
	}

	#tick() {
		const gap = Date.now() - this.#lastTick;
		this.#lastTick = Date.now();
		if (this.own) {
			this.#look();
			return;
		}
		if (gap > 6000 && this.#visible) {
			this.#missed = 0;
			this.#catchUp();
		}
		// By chance, so that two do not take it from each other.
		const most = this.#visible ? MISSED : MISSED_HIDDEN;
		if (++this.#missed > most && Math.random() < 0.6) {
			this.#steal();
		}
		this.#ask();
	}

	#steal() {
		if (performance.now() - this.#stoleAt > PATIENCE) {
			this.#stoleAt = performance.now();
			this.#missed = 0;
			this.#enqueue(true);
		}
	}

	/** Another tab runs a newer version: it leads, and this page is on its own. */
	#retire() {
		this.#timers.clear();
		this.#queue?.abort();
		this.#queue = null;
		this.#stepDown();
		this.#channel?.close();
		this.#channel = null;
		this.browser = null;
		this.#lead();
	}
}
