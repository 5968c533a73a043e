/**
 * i18n.js - the page's words in the reader's language.
 *
 * A language is one file in js/lang: keys to texts with {fields}; a text that depends on
 * a number is an object of plural categories, chosen by `n`.
 */

/** @typedef {Record<string, string|Record<string, string>>} Words */

/** Names as their speakers write them. */
export const LANGUAGES = { en: 'English', fr: 'Français' };

/** @typedef {keyof typeof LANGUAGES} Language */

let language = /** @type {Language} */ ('en');
/** @type {Words} */
let words = {};

/** @returns {Language} */
export function lang() {
	return language;
}

/**
 * @param {readonly string[]} wanted the browser's languages, best first
 * @returns {Language}
 */
export function choose(wanted) {
	for (const tag of wanted) {
		const short = tag.toLowerCase().split('-')[0];
		if (short in LANGUAGES) {
			return /** @type {Language} */ (short);
		}
	}
	return 'en';
}

/** @returns {string} the reader's own variant of the language, for dates and numbers */
export function locale() {
	return globalThis.navigator?.languages?.find((tag) => choose([tag]) === language
		&& tag.toLowerCase().startsWith(language)) || language;
}

/** @param {Language} name */
export async function setLang(name) {
	const module = await import(`../lang/${name}.js`);
	language = name;
	words = module.default;
}

/**
 * @param {string} key
 * @param {Record<string, string|number>} [fields]
 * @returns {string}
 */
export function t(key, fields = {}) {
	let text = words[key] ?? key;
	if (typeof text === 'object') {
		const rule = new Intl.PluralRules(language).select(Number(fields.n));
		text = text[rule] ?? text.other;
	}
	return text.replace(/\{(\w+)\}/g, (whole, name) => {
		const value = fields[name] ?? whole;
		return typeof value === 'number' ? value.toLocaleString(locale()) : value;
	});
}

/**
 * @param {string} key
 * @returns {boolean} whether the language has such a text
 */
export function has(key) {
	return key in words;
}

/** @param {string} text @returns {string} as one searches: without accents, without capitals */
export function fold(text) {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
