/**
 * networkreport.js - what was found of a network, in plain words, for the page and for a
 * report that an admin can use.
 */

import { t } from '../lib/i18n.js';
import { advice, symptoms } from '../net/advice.js';

/** @import {Session} from '../model/session.js' */
/** @import {Known, Memory} from '../net/memory.js' */
/** @import {Facts, Finding} from '../net/survey.js' */

/** What the page knows of its connection, its own or its leader's. */
/** @typedef {{transport: string, why: string, options: {memory?: Memory}}} Standing */

/** As people write them. */
/** @type {Record<string, string>} */
const HTTP = { 'http/1.0': 'HTTP/1.0', 'http/1.1': 'HTTP/1.1', h2: 'HTTP/2', h3: 'HTTP/3' };

/** @param {Pick<Finding, "topic"|"word"|"values">} finding */
export function found({ topic, word, values }) {
	return t(`network.found.${topic}.${word}`, values);
}

/**
 * @param {Standing} connection
 * @returns {string[]} what is in use, then why, and what was learned before
 */
export function standing({ transport, why, options: { memory } }) {
	/** @type {Known|null} */
	const known = memory?.recall(memory.last) || null;
	return [
		t(`network.use.${transport}`),
		...(why && transport !== 'sse' ? [t(`network.why.${why}`), t('network.why.later')] : []),
		...(['hold', 'quiet']).flatMap((limit) => {
			const s = known?.[/** @type {"hold"|"quiet"} */ (limit)];
			return s ? [t(`network.learned.${limit}`, { s })] : [];
		}),
		...(known?.pad ? [t('network.learned.pad')] : []),
	];
}

/** @param {Facts} facts */
function way({ http, between }) {
	return [
		...(http ? [t('network.http', { http: HTTP[http] || http })] : []),
		...(between.length ? [t('network.passes', { names: between.join('; ') })] : []),
	];
}

/**
 * @param {Pick<Session, "base"|"connection">} session
 * @param {{findings: Finding[], facts: Facts}} survey
 * @param {{now?: Date, agent?: string}} [from]
 * @returns {string}
 */
export function report({ base, connection }, { findings, facts }, from = {}) {
	const { now = new Date(), agent = navigator.userAgent } = from;
	const lines = [
		`Palabre ${facts.version} · ${t('network.title')}`,
		`${base} · ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
		agent,
		'',
		...standing(connection),
		'',
		...findings.map((finding) => `[${t(`network.word.${finding.grade}`)}] `
			+ t('said', { name: t(`network.step.${finding.topic}`), text: found(finding) })),
		...way(facts),
	];
	for (const symptom of symptoms(findings)) {
		const about = findings.filter((finding) => symptoms([finding]).includes(symptom));
		lines.push('', t('said', { name: t('network.help'), text: about.map(found).join(' ') }));
		for (const { server, lines: text } of advice(symptom, facts.between)) {
			lines.push('', `${server}:`, text.replace(/^/gm, '    '));
		}
	}
	return lines.join('\n');
}
