/**
 * emoji.js - emoji by name.
 */

/** @typedef {{char: string, names: string[], group: string}} Emoji */

/** @type {Emoji[]} */
let all = [];
/** @type {Promise<void>|null} */
let loading = null;

/** @returns {Promise<void>} when names can be looked up */
export function loadEmoji() {
	loading ??= import('../lib/emojidata.js').then(({ GROUPS }) => {
		all = Object.entries(GROUPS).flatMap(([group, text]) => text.split('|').map((one) => {
			const [char, ...names] = one.split(' ');
			return { char, names, group };
		}));
	}).catch((error) => {
		// Asked for again by who needs it next.
		loading = null;
		throw error;
	});
	return loading;
}

/** @returns {Emoji[]} none before they are loaded */
export function allEmoji() {
	return all;
}

/** @param {string} q */
export function findEmoji(q) {
	const wanted = q.toLowerCase();
	const starts = all.filter((e) => e.names.some((n) => n.startsWith(wanted)));
	const holds = all.filter((e) => !starts.includes(e)
		&& e.names.some((n) => n.includes(wanted)));
	return [...starts, ...holds];
}

/**
 * @param {string} name
 * @returns {string} empty when unknown, or not loaded yet
 */
export function emojiByName(name) {
	return all.find((e) => e.names.includes(name))?.char || '';
}
