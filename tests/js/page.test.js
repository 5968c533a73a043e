/** page.test.js - rules that the page's files keep: words, layers, safety, size, types. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import en from '../../htdocs/js/lang/en.js';
import fr from '../../htdocs/js/lang/fr.js';
import { choose, setLang, t } from '../../htdocs/js/lib/i18n.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HTDOCS = `${ROOT}htdocs/`;

/** @param {string} dir @returns {string[]} */
function walk(dir) {
	return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
		(entry.isDirectory() ? walk(`${dir}${entry.name}/`) : [`${dir}${entry.name}`]));
}

const files = walk(HTDOCS).map((path) => ({
	path: path.slice(HTDOCS.length), text: readFileSync(path, 'utf8'),
}));
const scripts = files.filter((f) => f.path.endsWith('.js'));
const views = scripts.filter((f) => /^js\/(view\/|main)/.test(f.path));

/** @param {string} text @returns {string} without comments */
const bare = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

test('both languages have the same keys, in order, with the same fields', () => {
	assert.deepEqual(Object.keys(fr), Object.keys(en));
	assert.deepEqual(Object.keys(en), [...Object.keys(en)].sort());
	const fields = (/** @type {any} */ v) =>
		[...new Set(JSON.stringify(v).match(/\{\w+\}/g))].sort();
	for (const key of Object.keys(en)) {
		assert.deepEqual(fields(fr[key]), fields(en[key]), key);
		assert.equal(typeof fr[key], typeof en[key], key);
	}
});

test('every word that is asked for exists, and every word is asked for', () => {
	const code = views.concat(scripts.filter((f) => f.path.startsWith('js/lib/')))
		.map((f) => bare(f.text)).join('\n');
	const asked = new Set([...code.matchAll(/['"`]([a-z]+\.[a-z_.]+)['"`]/g)].map((m) => m[1]));
	const heads = [...code.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map((m) => m[1]);
	const known = Object.keys(en);
	const asks = [...code.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)].map((m) => m[1]);
	asks.forEach((key) => asked.add(key));
	assert.deepEqual(asks.filter((key) => !known.includes(key)), []);
	assert.deepEqual(known.filter((key) => !asked.has(key)
		&& !heads.some((head) => key.startsWith(head))), []);
});

test('no words for people stand in the code', () => {
	/** What is no word of ours: names, and what only machines read. */
	const allowed = new Set(['Palabre', 'Notification', 'Ctrl K', 'Ctrl', 'Alt ↑ ↓', 'Esc', 'Files']);
	/** @type {string[]} */
	const found = [];
	for (const { path, text } of views) {
		const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
		const look = (/** @type {ts.Node} */ node) => {
			if (ts.isStringLiteralLike(node)) {
				const words = /^[A-ZÀ-Þ][a-zà-ÿ]+( |$|[.…!?])|[a-zà-ÿ]{2,} [a-zà-ÿ]{2,} [a-zà-ÿ]{2,}/;
				const inCall = node.parent && ts.isCallExpression(node.parent)
					? node.parent.expression.getText() : '';
				const key = /^(Arrow|Enter|Escape|Tab|Context)/.test(node.text)
					|| /^[A-Z]\w+$/.test(inCall);
				if (words.test(node.text) && !allowed.has(node.text) && !key) {
					found.push(`${path}: ${node.text}`);
				}
			}
			ts.forEachChild(node, look);
		};
		look(source);
	}
	assert.deepEqual(found, []);
});

test('the browser\'s language is taken if we speak it', () => {
	assert.equal(choose(['fr-CA', 'en']), 'fr');
	assert.equal(choose(['de', 'fr']), 'fr');
	assert.equal(choose(['wo']), 'en');
});

test('numbers choose the plural of their language', async () => {
	await setLang('fr');
	assert.equal(t('timeline.jump_new', { n: 0 }), '0 nouveau message');
	assert.equal(t('timeline.jump_new', { n: 2 }), '2 nouveaux messages');
	await setLang('en');
	assert.equal(t('timeline.jump_new', { n: 0 }), '0 new messages');
	assert.equal(t('timeline.jump_new', { n: 1 }), '1 new message');
	assert.equal(t('no.such.key'), 'no.such.key');
});

test('no markup is made of text, and nothing is inline', () => {
	const banned = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createContextualFragment|srcdoc/;
	for (const { path, text } of scripts) {
		assert.doesNotMatch(bare(text), banned, path);
		assert.doesNotMatch(bare(text), /setAttribute\(\s*['"](style|on\w+)['"]/, path);
	}
	const html = files.find((f) => f.path === 'index.html')?.text || '';
	assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?:/);
});

/** @param {string} root @returns {Set<string>} what a module needs, itself included */
function closure(root) {
	const needed = new Set([root]);
	for (const path of needed) {
		const text = scripts.find((f) => f.path === path)?.text || '';
		for (const m of text.matchAll(/^import [^;]*?from '([^']+)';/gm)) {
			needed.add(new URL(m[1], `file:///${path}`).pathname.slice(1));
		}
	}
	return needed;
}

test('the page names every module it needs, so that they load side by side', () => {
	const html = files.find((f) => f.path === 'index.html')?.text || '';
	const [door, app] = html.split('<template id="app-files">');
	const named = (/** @type {string} */ part) =>
		[...part.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map((m) => m[1]).sort();
	const first = closure('js/main.js');
	const later = [...closure('js/view/app.js')].filter((path) => !first.has(path));
	first.delete('js/main.js');
	assert.deepEqual(named(door), [...first].sort());
	assert.deepEqual(named(app), later.sort());
});

test('nothing comes from another origin', () => {
	for (const { path, text } of files.filter((f) => /\.(js|css|html|svg)$/.test(f.path))) {
		const urls = bare(text).match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g) || [];
		assert.deepEqual(urls.filter((u) => !u.includes('www.w3.org')), [], path);
	}
});

test('net and model know nothing of the page', () => {
	for (const { path, text } of scripts.filter((f) => /^js\/(net|model)\//.test(f.path))) {
		assert.doesNotMatch(bare(text), /\b(document|window|HTMLElement|localStorage)\b/, path);
		assert.doesNotMatch(text, /from '\.\.\/view\//, path);
		if (path.startsWith('js/net/')) {
			assert.doesNotMatch(text, /from '\.\.\/model\//, path);
		}
	}
});

test('files and functions stay small', () => {
	for (const { path, text } of files.filter((f) => /\.(js|css)$/.test(f.path))) {
		const lines = text.split('\n');
		assert.ok(lines.length <= 501, `${path}: ${lines.length} lines`);
		if (path.endsWith('.js') && !path.includes('/lang/')) {
			const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
			const look = (/** @type {ts.Node} */ node) => {
				if (ts.isFunctionLike(node) && 'body' in node && node.body) {
					const from = source.getLineAndCharacterOfPosition(node.getStart()).line;
					const to = source.getLineAndCharacterOfPosition(node.end).line;
					assert.ok(to - from < 80, `${path}:${from + 1}: ${to - from + 1} lines`);
				}
				ts.forEachChild(node, look);
			};
			look(source);
		}
	}
});

test('the dark colours are the same by choice and by the system', () => {
	const css = files.find((f) => f.path === 'css/tokens.css')?.text || '';
	const [chosen, system] = [/\[data-theme="dark"\] \{([^}]*)\}/, /:not\(\[data-theme\]\) \{([^}]*)\}/]
		.map((rule) => rule.exec(css)?.[1].replace(/\s+/g, ' ').trim());
	assert.ok(chosen);
	assert.equal(system, chosen);
});

test('the first load is at most 120 kB compressed in all, headers included', async (t) => {
	/** What a response's head costs; that of index.html is the one longer than this. */
	const head = 420;
	const dir = mkdtempSync(join(tmpdir(), 'palabre-page-'));
	t.after(() => rmSync(dir, { recursive: true }));
	await promisify(execFile)(`${ROOT}conf/publish`, [`${ROOT}htdocs`, dir]);
	const html = readFileSync(join(dir, 'index.html'), 'utf8');
	const base = html.match(/v\/[0-9a-f]{12}\//)?.[0];
	const cost = (/** @type {string} */ part) => {
		const named = [...part.matchAll(/(?:href|src)="([^"]+)"/g)].map((m) => m[1]);
		const first = new Set(['index.html', `${base}js/lang/fr.js`, `${base}img/icons.svg`,
			`${base}js/main.js`, ...named]);
		return [...first].filter((f) => existsSync(join(dir, f)) && statSync(join(dir, f)).isFile())
			.reduce((sum, f) => sum + gzipSync(readFileSync(join(dir, f))).length + head, 0);
	};
	const door = cost(html.replace(/<template id="app-files">[^]*?<\/template>/, ''));
	assert.ok(door > 10000 && door < 40000, `${door} bytes at the door`);
	assert.ok(cost(html) < 120000, `${cost(html)} bytes for somebody who is signed in`);
	t.diagnostic(`${door} bytes at the door, ${cost(html)} for somebody who is signed in`);
});

test('nothing is used that browsers of two years ago do not know', () => {
	// The language itself is held by `lib` in jsconfig.json; these came to browsers later.
	const script = /\b(moveBefore|RegExp\.escape|fromBase64|toBase64|sumPrecise|withResolvers|scheduler\.|startViewTransition|requestIdleCallback|navigation\.navigate|CookieStore|cookieStore|documentPictureInPicture|Temporal\.|Iterator\.from|Promise\.try|Array\.fromAsync|structuredLog|checkVisibility|showPopover|setHTML|closeWatcher|CloseWatcher|Sanitizer|trustedTypes)\b/;
	const style = /@starting-style|@scope|@function|@position-try|anchor-name|position-anchor|interpolate-size|calc-size|field-sizing|text-box|reading-flow|view-transition|corner-shape|sibling-index|appearance:\s*base-select|\blight-dark\(|\bif\(/;
	for (const { path, text } of files) {
		if (path.endsWith('.js') || path.endsWith('.css')) {
			const found = (path.endsWith('.js') ? script : style).exec(bare(text));
			assert.equal(found?.[0], undefined, path);
		}
	}
});
