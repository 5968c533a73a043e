/**
 * person.js - who sends a numbered message every two seconds, and the page that must
 * show each of them once, in order, in time.
 */

const PASSWORD = 'sous-le-grand-arbre-9';

/**
 * Calls the API as a program, straight at the server.
 * @param {string} base
 * @param {string} path
 * @param {object} [body]
 * @param {string} [cookie]
 */
export async function call(base, path, body, cookie) {
	const reply = await fetch(new URL(`api/v1/${path}`, base), {
		method: body ? 'POST' : 'GET',
		headers: {
			...(body ? { 'Content-Type': 'application/json' } : {}),
			...(cookie ? { Cookie: cookie } : {}),
		},
		body: body ? JSON.stringify(body) : undefined,
	});
	const json = await reply.json();
	if (!reply.ok) {
		throw new Error(`${path}: ${reply.status} ${JSON.stringify(json)}`);
	}
	const [set = ''] = reply.headers.getSetCookie();
	return { ...json, cookie: set.split(';')[0] };
}

/**
 * @param {string} base
 * @param {string} name
 * @returns {Promise<{name: string, cookie: string}>}
 */
export async function account(base, name) {
	const { cookie } = await call(base, 'register', { name, password: PASSWORD });
	return { name, cookie };
}

/** Says a number every so often, and remembers when it did. */
export class Talker {
	/** @type {Map<number, number>} number → when its send was acknowledged */ said = new Map();
	#stopped = false;
	/** @type {Promise<void>|null} */ #loop = null;

	/**
	 * @param {string} base
	 * @param {{cookie: string}} who
	 * @param {number} room
	 * @param {number} every ms
	 */
	constructor(base, who, room, every = 2000) {
		Object.assign(this, { base, who, room, every });
		this.base = base;
		this.who = who;
		this.room = room;
		this.every = every;
		this.next = 1;
	}

	start() {
		this.#loop = this.#talk();
	}

	async #talk() {
		for (let at = Date.now(); !this.#stopped; at += this.every) {
			const n = this.next++;
			await call(this.base, `rooms/${this.room}/messages`,
				{ client_id: crypto.randomUUID(), body: `number ${n}` }, this.who.cookie);
			this.said.set(n, Date.now());
			await new Promise((done) => {
				setTimeout(done, Math.max(0, at + this.every - Date.now()));
			});
		}
	}

	async stop() {
		this.#stopped = true;
		await this.#loop;
	}
}

/**
 * Runs in the page before its own scripts: notes when each number is first shown, and when
 * the page began to lead.
 */
export function watch() {
	const w = /** @type {any} */ (globalThis);
	w.shown = [];
	w.leads = 0;
	const look = () => {
		const leads = document.querySelector('[data-role=connection][data-leader=true]');
		w.leads = leads ? w.leads || Date.now() : 0;
		for (const x of document.querySelectorAll('[data-role=message][data-seq] .text')) {
			const n = Number((/number (\d+)/.exec(x.textContent || '') || [])[1]);
			if (n && !w.shown.some((/** @type {any} */ y) => y.n === n)) {
				w.shown.push({ n, at: Date.now() });
			}
		}
	};
	new MutationObserver(look).observe(document, {
		childList: true, subtree: true, attributeFilter: ['data-leader'],
	});
}

/** @param {number[]} values @param {number} part */
export function percentile(values, part) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : 0;
}
