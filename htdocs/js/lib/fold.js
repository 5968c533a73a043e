/**
 * fold.js - texts as one searches for them: without accents, without capitals.
 */

/** @param {string} text */
export function fold(text) {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
