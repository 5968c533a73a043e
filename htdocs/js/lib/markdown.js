/**
 * markdown.js - the safe subset of Markdown that messages use, as a tree.
 *
 * Bold, italic, strike, code, block, quote, list, link, mention; no nesting tricks, no
 * HTML. Every reader sees the text as written where a mark does not close.
 */

import { findMentions } from './mention.js';

/**
 * @typedef {{type: "text", text: string}
 *   | {type: "strong"|"em"|"del", children: Inline[]}
 *   | {type: "code", text: string}
 *   | {type: "link", href: string, children: Inline[]}
 *   | {type: "mention", name: string, text: string}} Inline
 */

/**
 * @typedef {{type: "paragraph", children: Inline[]}
 *   | {type: "pre", text: string}
 *   | {type: "quote", children: Block[]}
 *   | {type: "list", ordered: boolean, start: number, items: Inline[][]}} Block
 */

const DEPTH = 4;
const BULLET = /^\s{0,3}[-*•]\s+(.*)$/;
const NUMBER = /^\s{0,3}(\d{1,4})[.)]\s+(.*)$/;
const URL_START = /https?:\/\//iy;
const URL_BODY = /[^\s<>"']+/y;

/**
 * @param {string} text
 * @param {number} [depth]
 * @returns {Block[]}
 */
export function parse(text, depth = 0) {
	const lines = text.split('\n');
	/** @type {Block[]} */
	const blocks = [];
	/** @type {string[]} */
	let loose = [];
	const flush = () => {
		const joined = loose.join('\n').replace(/^\n+|\n+$/g, '');
		loose = [];
		for (const part of joined ? joined.split(/\n{2,}/) : []) {
			blocks.push({ type: 'paragraph', children: inline(part) });
		}
	};
	for (let i = 0; i < lines.length;) {
		const end = block(lines, i, depth, (made) => {
			flush();
			blocks.push(made);
		});
		if (end === i) {
			loose.push(lines[i++]);
		} else {
			i = end;
		}
	}
	flush();
	return blocks;
}

/**
 * Try to read a block that begins at a line.
 * @param {string[]} lines
 * @param {number} at
 * @param {number} depth
 * @param {(made: Block) => void} found
 * @returns {number} the line after it, or `at` when there is none
 */
function block(lines, at, depth, found) {
	const line = lines[at];
	if (line.startsWith('```')) {
		return fence(lines, at, found);
	}
	if (/^>\s?/.test(line) && depth < DEPTH) {
		let end = at;
		while (end < lines.length && lines[end].startsWith('>')) {
			end++;
		}
		const inner = lines.slice(at, end).map((l) => l.replace(/^>\s?/, '')).join('\n');
		found({ type: 'quote', children: parse(inner, depth + 1) });
		return end;
	}
	const numbered = NUMBER.exec(line);
	const rule = numbered ? NUMBER : BULLET;
	if (!rule.test(line)) {
		return at;
	}
	const items = [];
	let end = at;
	for (let m; end < lines.length && (m = rule.exec(lines[end])); end++) {
		items.push(inline(m[numbered ? 2 : 1]));
	}
	const start = numbered ? Number(numbered[1]) : 1;
	found({ type: 'list', ordered: Boolean(numbered), start, items });
	return end;
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {(made: Block) => void} found
 */
function fence(lines, at, found) {
	const rest = lines[at].slice(3);
	if (rest.length > 3 && rest.endsWith('```')) {
		found({ type: 'pre', text: rest.slice(0, -3) });
		return at + 1;
	}
	for (let end = at + 1; end < lines.length; end++) {
		if (lines[end].trimEnd() === '```') {
			found({ type: 'pre', text: lines.slice(at + 1, end).join('\n') });
			return end + 1;
		}
	}
	return at;
}

/** @type {[string, "strong"|"em"|"del"][]} longest mark first */
const MARKS = [['**', 'strong'], ['~~', 'del'], ['*', 'em'], ['_', 'em']];

/**
 * @param {string} text
 * @param {number} [depth]
 * @returns {Inline[]}
 */
export function inline(text, depth = 0) {
	/** @type {Inline[]} */
	const out = [];
	/** Marks known not to close from here on. */
	const dead = new Set();
	let plain = 0;
	const upto = (/** @type {number} */ end) => {
		if (end > plain) {
			out.push(...withMentions(text.slice(plain, end)));
		}
	};
	for (let i = 0; i < text.length;) {
		const found = span(text, i, depth, dead);
		if (found) {
			upto(i);
			out.push(found.node);
			i = found.end;
			plain = i;
		} else {
			i++;
		}
	}
	upto(text.length);
	return out;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 * @param {Set<string>} dead
 * @returns {{node: Inline, end: number}|null}
 */
function span(text, at, depth, dead) {
	const c = text[at];
	if (c === '`') {
		const end = closing(text, '`', at + 1, dead);
		return end > at + 1
			? { node: { type: 'code', text: text.slice(at + 1, end) }, end: end + 1 } : null;
	}
	if (c === '[') {
		return link(text, at, depth);
	}
	if ((c === 'h' || c === 'H') && !/\w/.test(text[at - 1] || ' ')) {
		return bare(text, at);
	}
	if ((c !== '*' && c !== '_' && c !== '~') || depth >= DEPTH) {
		return null;
	}
	const mark = MARKS.find(([m]) => text.startsWith(m, at));
	if (!mark || /\s/.test(text[at + mark[0].length] || ' ')
		|| (mark[0] === '_' && /\w/.test(text[at - 1] || ' '))) {
		return null;
	}
	const start = at + mark[0].length;
	const end = closing(text, mark[0], start, dead);
	if (end <= start) {
		return null;
	}
	const children = inline(text.slice(start, end), depth + 1);
	return { node: { type: mark[1], children }, end: end + mark[0].length };
}

/**
 * @param {string} text
 * @param {string} mark
 * @param {number} from
 * @param {Set<string>} dead
 * @returns {number} where the mark closes, or -1
 */
function closing(text, mark, from, dead) {
	if (dead.has(mark)) {
		return -1;
	}
	let end = text.indexOf(mark, from);
	while (end >= 0) {
		const after = text[end + mark.length] || ' ';
		const single = mark.length === 1 && mark !== '`';
		const doubled = single && (text[end + 1] === mark || text[end - 1] === mark);
		const bad = mark !== '`' && (/\s/.test(text[end - 1] || ' ') || doubled);
		if (!bad && !(mark === '_' && /\w/.test(after)) && end > from) {
			return end;
		}
		end = text.indexOf(mark, end + 1);
	}
	dead.add(mark);
	return -1;
}

/**
 * [text](https://…)
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 */
function link(text, at, depth) {
	const rule = /\[([^\][\n]{1,300})\]\(([^\s()<>]{1,1000})\)/y;
	rule.lastIndex = at;
	const m = rule.exec(text);
	const href = m && depth < DEPTH ? safeHref(m[2]) : '';
	if (!m || !href) {
		return null;
	}
	/** @type {Inline} */
	const node = { type: 'link', href, children: [{ type: 'text', text: m[1] }] };
	return { node, end: rule.lastIndex };
}

/**
 * @param {string} text
 * @param {number} at
 */
function bare(text, at) {
	URL_START.lastIndex = at;
	if (!URL_START.test(text)) {
		return null;
	}
	URL_BODY.lastIndex = at;
	let found = URL_BODY.exec(text)?.[0] || '';
	// Punctuation at the end belongs to the sentence, a closing bracket to its opening.
	for (;;) {
		const last = found.at(-1) || '';
		const open = { ')': '(', ']': '[', '}': '{' }[last];
		if (/[.,;:!?*_~`»”’]/.test(last) || (open && !found.includes(open))) {
			found = found.slice(0, -1);
		} else {
			break;
		}
	}
	const href = safeHref(found);
	if (!href) {
		return null;
	}
	/** @type {Inline} */
	const node = { type: 'link', href, children: [{ type: 'text', text: found }] };
	return { node, end: at + found.length };
}

/**
 * @param {string} text
 * @returns {string} the address if its scheme may be followed, else nothing
 */
export function safeHref(text) {
	try {
		const url = new URL(text);
		const ok = ['http:', 'https:', 'mailto:'].includes(url.protocol);
		return ok ? url.href : '';
	} catch {
		return '';
	}
}

/**
 * @param {string} text
 * @returns {Inline[]}
 */
function withMentions(text) {
	/** @type {Inline[]} */
	const out = [];
	let at = 0;
	for (const m of findMentions(text)) {
		if (m.start > at) {
			out.push({ type: 'text', text: text.slice(at, m.start) });
		}
		out.push({ type: 'mention', name: m.name, text: text.slice(m.start, m.end) });
		at = m.end;
	}
	if (at < text.length) {
		out.push({ type: 'text', text: text.slice(at) });
	}
	return out;
}

/**
 * @param {Block[]} blocks
 * @returns {string} the words alone, on one line
 */
export function plain(blocks) {
	/** @param {Inline[]} nodes @returns {string} */
	const words = (nodes) => nodes.map((n) =>
		('children' in n ? words(n.children) : n.text)).join('');
	return blocks.map((b) => {
		switch (b.type) {
		case 'pre': return b.text;
		case 'list': return b.items.map(words).join(' · ');
		case 'quote': return plain(b.children);
		default: return words(b.children);
		}
	}).join(' ').replace(/\s+/g, ' ').trim();
}
