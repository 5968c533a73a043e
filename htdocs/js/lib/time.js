/**
 * time.js - moments in the reader's language and zone.
 */

import { locale, t } from './i18n.js';

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} name
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(name, options) {
	const key = `${locale()} ${name}`;
	let made = formats.get(key);
	if (!made) {
		made = new Intl.DateTimeFormat(locale(), options);
		formats.set(key, made);
	}
	return made;
}

/** @param {Date} date */
export function clock(date) {
	return format('clock', { timeStyle: 'short' }).format(date);
}

/**
 * How long ago in the last hour, then the hour.
 * @param {Date} date
 * @param {number} [now]
 */
export function ago(date, now = Date.now()) {
	const minutes = Math.floor((now - date.getTime()) / 60000);
	if (minutes >= 60) {
		return clock(date);
	}
	return minutes < 1 ? t('time.now')
		: new Intl.RelativeTimeFormat(locale(), { style: 'short' }).format(-minutes, 'minute');
}

/** @param {Date} date */
export function exact(date) {
	return format('exact', { dateStyle: 'full', timeStyle: 'medium' }).format(date);
}

/**
 * @param {Date} date
 * @returns {string} the same for two moments of one day here
 */
export function dayKey(date) {
	return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/**
 * @param {Date} date
 * @param {Date} [now]
 * @returns {number} calendar days ago
 */
function daysAgo(date, now = new Date()) {
	const midnight = (/** @type {Date} */ d) =>
		Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
	return Math.round((midnight(now) - midnight(date)) / 864e5);
}

/** @param {Date} date */
export function day(date) {
	const ago = daysAgo(date);
	if (ago === 0 || ago === 1) {
		return t(ago === 0 ? 'time.today' : 'time.yesterday');
	}
	const year = date.getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
	return capital(format(`day ${year}`, {
		weekday: 'long', day: 'numeric', month: 'long', year,
	}).format(date));
}

/**
 * Short, for a list: the hour today, the weekday this week, else the date.
 * @param {Date} date
 */
export function brief(date) {
	const ago = daysAgo(date);
	if (ago <= 0) {
		return clock(date);
	}
	if (ago < 7) {
		return format('weekday', { weekday: 'short' }).format(date);
	}
	return format('short', { day: 'numeric', month: 'short' }).format(date);
}

/** @param {string} text */
function capital(text) {
	return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}
