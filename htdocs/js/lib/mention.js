/**
 * mention.js - finding @name in a text, by the server's rule: a name ends where no
 * letter, digit, hyphen or underscore follows, and a dot counts only inside it.
 */

const MENTION = /(^|[^\p{L}\p{N}_@.-])@([\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)/gu;

/** @param {string} name */
export function canonical(name) {
	return name.normalize('NFKC').toLowerCase();
}

/**
 * @param {string} text
 * @returns {{start: number, end: number, name: string}[]} name is canonical
 */
export function findMentions(text) {
	return Array.from(text.matchAll(MENTION), (m) => {
		const start = m.index + m[1].length;
		return { start, end: start + m[2].length + 1, name: canonical(m[2]) };
	});
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {boolean} whether the text calls that user, or everyone
 */
export function mentions(text, name) {
	const wanted = canonical(name);
	return findMentions(text).some((m) => m.name === wanted || m.name === 'room');
}
