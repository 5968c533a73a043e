/**
 * network.js - what the network between this page and the server does, measured while one
 * looks on, and what Palabre makes of it; with a report for whoever can change it.
 */

import { h, icon, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Survey, TOPICS } from '../net/survey.js';
import { dialog } from './dialog.js';
import { found, report, standing } from './networkreport.js';
import { toast } from './toast.js';
import { View } from './view.js';

/** @import {Topic} from '../net/survey.js' */
/** @import {Context} from './view.js' */

/** @type {Record<string, string>} */
const ICONS = { good: 'check', fair: 'retry', bad: 'warn' };

/** @param {Context} ctx */
export function openNetwork(ctx) {
	dialog(t('network.title'), 'network', new NetworkView(ctx));
}

class NetworkView extends View {
	/** @type {Survey|null} */ #survey = null;
	#use = h('div.network-use', null);
	#list = h('ul.network-steps', null);
	/** What was found last, for those who do not see it appear. */
	#said = h('p.visually-hidden', { role: 'status' });
	#text = h('textarea.network-text', {
		readonly: true, rows: 12, spellcheck: 'false', 'aria-label': t('network.report'),
	});
	#again = h('button.quiet', { type: 'button', 'data-role': 'measure', onclick: () => this.#run() },
		icon('retry'), t('network.again'));
	#copy = h('button.primary', { type: 'button', 'data-role': 'copy', onclick: () => this.#take() },
		icon('copy'), t('network.copy'));
	#report = h('section.settings-part', { hidden: true },
		h('h3', null, t('network.report')),
		h('p.hint', null, t('network.help.lead')), this.#text,
		h('div.form-foot', null, this.#copy));

	/** @param {Context} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
	}

	/** @override */
	mount() {
		this.replaceChildren(this.#use, this.#list, this.#said,
			h('div.network-again', null, this.#again), this.#report);
		this.on(this.ctx.session.connection, 'state', () => this.#stand());
		this.#stand();
		this.#run();
	}

	/** @override */
	unmount() {
		this.#survey?.stop();
	}

	#run() {
		const { api, connection } = this.ctx.session;
		this.#survey?.stop();
		const survey = new Survey(api, {
			cursor: connection.own?.cursor || connection.cursor,
			client: connection.options.client || '',
		});
		this.#survey = survey;
		this.on(survey, 'step', () => this.render());
		this.render();
		survey.run();
	}

	/** What is in use just now, and why. */
	#stand() {
		const [use, ...more] = standing(this.ctx.session.connection);
		refill(this.#use, h('p.network-head', null, use),
			more.length ? h('p.hint', null, more.join(' ')) : null);
	}

	/** @override */
	render() {
		const survey = /** @type {Survey} */ (this.#survey);
		refill(this.#list, ...TOPICS.map((topic) => this.#step(survey, topic)));
		const last = survey.findings.at(-1);
		const words = last ? found(last) : '';
		if (this.#said.textContent !== words) {
			this.#said.textContent = words;
		}
		const done = !survey.topic && survey.findings.length > 0;
		this.dataset.state = done ? 'done' : 'measuring';
		this.#again.disabled = !done;
		this.#report.hidden = !done;
		if (done) {
			this.#text.value = report(this.ctx.session, survey);
		}
	}

	/**
	 * @param {Survey} survey
	 * @param {Topic} topic
	 */
	#step(survey, topic) {
		const finding = survey.findings.find((f) => f.topic === topic);
		const now = survey.topic === topic;
		const grade = finding?.grade || (now ? 'now' : 'waiting');
		const text = finding ? found(finding) : '';
		const sign = h('span.network-sign', null, finding ? icon(ICONS[grade]) : null,
			h('span.visually-hidden', null, t(`network.word.${grade}`)));
		return h('li.network-step', { 'data-topic': topic, 'data-grade': grade, 'data-word': finding?.word },
			sign, h('div', null, h('h3', null, t(`network.step.${topic}`)),
				text ? h('p', null, text) : null,
				now && topic === 'idle' && !finding ? progress(survey) : null));
	}

	async #take() {
		try {
			await navigator.clipboard.writeText(this.#text.value);
			toast(t('message.copied'), undefined, 2000);
		} catch {
			this.#text.focus();
			this.#text.select();
			toast(t('network.copy_failed'));
		}
	}
}

/** @param {Survey} survey */
function progress({ quietFor, quiet }) {
	const words = t('network.progress', { n: quietFor, all: quiet });
	return h('div.network-progress', null,
		h('progress', { max: quiet, value: quietFor, 'aria-label': words }),
		h('span', null, words));
}

customElements.define('palabre-network', NetworkView);
