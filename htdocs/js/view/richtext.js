/**
 * richtext.js - a message's tree as elements.
 */

import { h, iconButton, refill, icon } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { parse } from '../lib/markdown.js';
import { canonical } from '../lib/mention.js';

/** @import {Block, Inline} from '../lib/markdown.js' */

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic}|\s)*){1,3}$/u;

/**
 * @param {string} body
 * @param {string} me the reader's name
 * @returns {HTMLElement}
 */
export function richText(body, me) {
	const box = h('div.text');
	if (ONLY_EMOJI.test(body)) {
		box.classList.add('jumbo');
		box.append(body);
		return box;
	}
	box.append(...parse(body).map((b) => block(b, canonical(me))));
	return box;
}

/**
 * @param {Block} b
 * @param {string} me
 * @returns {HTMLElement}
 */
function block(b, me) {
	switch (b.type) {
	case 'pre': return codeBlock(b.text);
	case 'quote': return h('blockquote', null, ...b.children.map((c) => block(c, me)));
	case 'list': {
		const items = b.items.map((item) => h('li', null, ...item.map((n) => inline(n, me))));
		return b.ordered ? h('ol', { start: b.start }, ...items) : h('ul', null, ...items);
	}
	default: return h('p', null, ...b.children.map((n) => inline(n, me)));
	}
}

/**
 * @param {Inline} node
 * @param {string} me
 * @returns {Node}
 */
function inline(node, me) {
	switch (node.type) {
	case 'text': return document.createTextNode(node.text);
	case 'code': return h('code', null, node.text);
	case 'mention': {
		const mine = node.name === me || node.name === 'room';
		return h(mine ? 'span.mention.me' : 'span.mention', null, node.text);
	}
	case 'link':
		return h('a', {
			href: node.href, target: '_blank', rel: 'noopener noreferrer', title: node.href,
		}, ...node.children.map((n) => inline(n, me)));
	default:
		return h(node.type, null, ...node.children.map((n) => inline(n, me)));
	}
}

/** @param {string} text */
function codeBlock(text) {
	const button = iconButton('copy', t('message.copy_code'));
	button.addEventListener('click', async () => {
		await navigator.clipboard?.writeText(text);
		refill(button, icon('check'));
		setTimeout(() => refill(button, icon('copy')), 1500);
	});
	return h('div.code-block', null, h('pre', { tabindex: 0 }, h('code', null, text)), button);
}
