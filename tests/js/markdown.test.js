/** markdown.test.js - the subset, and that nothing else gets through. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inline, parse, plain, safeHref } from '../../htdocs/js/lib/markdown.js';
import { findMentions, mentions } from '../../htdocs/js/lib/mention.js';

/** @param {any[]} nodes @returns {string} a short picture of a tree */
function show(nodes) {
	return nodes.map((n) => {
		switch (n.type) {
		case 'text': return n.text;
		case 'link': return `<${n.href}|${show(n.children)}>`;
		case 'code': return `{${n.text}}`;
		case 'mention': return `(${n.name})`;
		default: return `${n.type}[${show(n.children)}]`;
		}
	}).join('');
}

/** @type {[string, string][]} */
const CASES = [
	['plain', 'plain'],
	['**bold** and *it* and _it_ and ~~gone~~', 'strong[bold] and em[it] and em[it] and del[gone]'],
	['**bold *both* bold**', 'strong[bold em[both] bold]'],
	['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
	['`**not bold**`', '{**not bold**}'],
	['** not ** and **open', '** not ** and **open'],
	['see https://a.example/x_y_(z).', 'see <https://a.example/x_y_(z)|https://a.example/x_y_(z)>.'],
	['(https://a.example)', '(<https://a.example/|https://a.example>)'],
	['[word](https://a.example/)', '<https://a.example/|word>'],
	['[word](javascript:alert(1))', '[word](javascript:alert(1))'],
	['hi @bob, @bob.c and a@b.example', 'hi (bob), (bob.c) and a@b.example'],
	['<b onclick=x>&amp;', '<b onclick=x>&amp;'],
];

for (const [text, wanted] of CASES) {
	test(`inline: ${text}`, () => assert.equal(show(inline(text)), wanted));
}

test('only schemes that are safe to follow become links', () => {
	for (const bad of ['javascript:alert(1)', 'JaVaScRiPt:x', 'data:text/html,x', 'vbscript:x',
		'file:///etc/passwd', 'blob:https://x/y', '//x', '/x', 'x']) {
		assert.equal(safeHref(bad), '', bad);
	}
	assert.equal(safeHref('mailto:a@b.example'), 'mailto:a@b.example');
});

test('blocks: code, quote, lists, paragraphs', () => {
	const blocks = parse('one\ntwo\n\nthree\n```js\na < b\n\n**c**\n```\n> q1\n> - q2\n- x\n- y\n3. z');
	assert.deepEqual(blocks.map((b) => b.type),
		['paragraph', 'paragraph', 'pre', 'quote', 'list', 'list']);
	assert.equal(/** @type {any} */ (blocks[2]).text, 'a < b\n\n**c**');
	assert.equal(/** @type {any} */ (blocks[5]).start, 3);
});

test('a block that does not close is text', () => {
	assert.deepEqual(parse('```\nx').map((b) => b.type), ['paragraph']);
});

test('on one line only the words are left', () => {
	assert.equal(plain(parse('**a** `b`\n> c\n- d\n- e')), 'a b c d · e');
});

test('no text takes long, however it is made', () => {
	const texts = ['*', '**', '_a', '~~', '`', '[', '[a](', 'http://', '> ', '- ', '@', '@a.', '(', '\n']
		.map((piece) => piece.repeat(8000 / piece.length));
	texts.push('**a'.repeat(2600), 'https://a.example/'.repeat(440), `[${'['.repeat(7000)}`);
	for (const text of texts) {
		const start = performance.now();
		parse(text);
		assert.ok(performance.now() - start < 250, JSON.stringify(text.slice(0, 12)));
	}
});

test('mentions end where a name ends', () => {
	assert.deepEqual(findMentions('@a.b. @c-d! x@y @@z @É').map((m) => m.name),
		['a.b', 'c-d', 'é']);
	assert.ok(mentions('@ALICE!', 'alice'));
	assert.ok(mentions('all: @room', 'alice'));
	assert.ok(!mentions('@alicee', 'alice'));
});
