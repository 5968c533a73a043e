/**
 * network.js - the network we are on: its name, what we believe of it, what it taught us,
 * and what of that the server is told, for its figures.
 */

import { Memory } from './memory.js';
import { Verdict } from './verdict.js';

/** @import {Timing} from './verdict.js' */

/** @typedef {{silence: number, life: number}|{held: number}} Cut s, ms; s */

/** @typedef {{why?: string, learned?: string}} News as the fields of a stream or poll */

export class Network {
	/** @type {Cut|null} what broke last, until the network proves to be there */ #cut = null;
	/** @type {News} what the server has not been told yet */ #news = {};

	/**
	 * @param {Required<Timing>} timing
	 * @param {Memory} [memory]
	 */
	constructor(timing, memory = new Memory(null)) {
		this.memory = memory;
		this.verdict = new Verdict(timing);
		this.verdict.adopt(memory.recall(memory.last));
		this.name = '';
		this.cuts = 0;
	}

	/**
	 * The server has named the network that it sees us on.
	 * @param {string} [name]
	 */
	arrived(name) {
		if (!name || name === this.name) {
			return;
		}
		// A first answer on the network of last time tells nothing new.
		if (this.name || name !== this.memory.last) {
			this.verdict.adopt(this.memory.recall(name));
		}
		this.name = name;
	}

	remember() {
		if (this.name) {
			this.memory.keep(this.name, this.verdict.known);
		}
	}

	/** @param {Cut|null} cut something broke: perhaps it was cut, perhaps all is down */
	broke(cut) {
		this.#cut = cut;
	}

	/** The network is there: what broke last was cut. */
	proved() {
		const cut = this.#cut;
		this.#cut = null;
		if (!cut) {
			return;
		}
		this.cuts++;
		const { streams } = this.verdict;
		if ('held' in cut) {
			if (this.verdict.pollCut(cut.held)) {
				this.#news.learned = 'poll';
			}
		} else if (this.verdict.streamCut(cut.silence, cut.life)) {
			this.#news.learned = 'silence';
		}
		if (streams && !this.verdict.streams) {
			this.fell(this.verdict.why);
		}
		this.remember();
	}

	/** @param {string} why a stream was given up, in the words of the protocol */
	fell(why) {
		this.#news.why = why;
	}

	/** @returns {News} to go with the next request, once */
	get news() {
		const news = this.#news;
		this.#news = {};
		return news;
	}
}
