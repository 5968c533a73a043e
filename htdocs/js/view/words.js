/**
 * words.js - what went wrong, in the reader's language.
 */

import { has, t } from '../lib/i18n.js';
import { ApiError } from '../net/api.js';

/**
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
	if (!(error instanceof ApiError)) {
		return t('error.unknown');
	}
	if (error.kind === 'foreign' || error.kind === 'down') {
		return t(`error.${error.kind}`);
	}
	if (has(`error.${error.code}.${error.field}`)) {
		return t(`error.${error.code}.${error.field}`);
	}
	return refusal(error.code) || error.message || t('error.unknown');
}

/**
 * @param {string} code the server's word for it
 * @returns {string} empty when we have no better words
 */
export function refusal(code) {
	return has(`error.${code}`) ? t(`error.${code}`) : '';
}
