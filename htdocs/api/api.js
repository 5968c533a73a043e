/**
 * api.js - lists what openapi.json describes.
 */

import { follow, limitsOf, nameOf, typeOf } from './schema.js';

/** @typedef {import('./schema.js').Any} Any */
/** @typedef {Node|string|null} Child */

/**
 * h('h3.soft', {id: 'x'}, 'Text', …): an element. Text is always text.
 * @param {string} spec tag, then classes after dots
 * @param {Any|Child} [first] attributes, or the first child
 * @param {...Child} children
 * @returns {HTMLElement}
 */
function h(spec, first, ...children) {
	const [tag, ...classes] = spec.split('.');
	const element = document.createElement(tag);
	element.className = classes.join(' ');
	if (first && typeof first === 'object' && !(first instanceof Node)) {
		for (const [name, value] of Object.entries(first)) {
			element.setAttribute(name, String(value));
		}
	} else {
		children.unshift(/** @type {Child} */ (first ?? null));
	}
	element.append(...children.filter((child) => child !== null));
	return element;
}

/**
 * `code` and **strong**, and nothing else.
 * @param {string} text
 * @returns {Child[]}
 */
function inline(text) {
	return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
		if (part.startsWith('`')) {
			return h('code', part.slice(1, -1));
		}
		return part.startsWith('**') ? h('strong', part.slice(2, -2)) : part;
	});
}

/**
 * Paragraphs; what is indented is a block of code.
 * @param {string|undefined} text
 */
const prose = (text) => (text || '').split('\n\n').filter(Boolean).map((part) =>
	(part.startsWith('    ') ? h('pre', h('code', part.replace(/^ {4}/gm, '')))
		: h('p', null, ...inline(part))));

/** @param {Any} schema */
const type = (schema) => typeOf(schema).map((part) => (typeof part === 'string' ? part
	: h('a', { href: `#${part.to}` }, part.to)));

/**
 * @param {string[]} heads
 * @param {Child[][]} rows
 */
function table(heads, rows) {
	return h('div.table', { tabindex: 0, role: 'group', 'aria-label': heads.join(', ') },
		h('table', h('thead.soft', h('tr', null, ...heads.map((x) => h('th', { scope: 'col' }, x)))),
			h('tbody', null, ...rows.map(([first, ...cells]) => h('tr',
				h('th', { scope: 'row' }, first), ...cells.map((cell) => h('td', cell)))))));
}

/**
 * @param {string} name
 * @param {Any} schema
 * @param {boolean|undefined} required
 * @param {Any} api
 */
function row(name, schema, required, api) {
	const whole = follow(api, schema);
	// What a word such as "id" stands for is not told each time.
	const said = schema.description || '';
	const limits = /\bbytes\b/.test(said) ? '' : limitsOf(whole);
	return [
		h('span', h('code', name), required ? '' : ' ?'),
		h('span', null, ...type(schema)),
		h('span', null, ...inline([limits && `${limits[0].toUpperCase()}${limits.slice(1)}.`, said]
			.filter(Boolean).join(' '))),
	];
}

/**
 * @param {Any} schema
 * @param {Any} api
 */
function fields(schema, api) {
	const must = new Set(schema.required);
	return table(['Field', 'Type', 'What'], Object.entries(schema.properties).map(
		([name, field]) => row(name, field, must.has(name), api)));
}

/** @param {any} value */
const json = (value) => h('pre', { tabindex: 0 }, h('code', JSON.stringify(value, null, 2)));

/**
 * @param {Any} operation
 * @param {Any} api
 * @param {string} verb
 */
function who(operation, api, verb) {
	const security = operation.security || api.security;
	if (!security.length) {
		return verb === 'post' ? 'No session needed; not from another site\'s page.'
			: 'No session needed.';
	}
	return security.some((/** @type {Any} */ s) => !Object.keys(s).length)
		? 'With or without a session.' : 'For who is signed in.';
}

/**
 * @param {string} status
 * @param {Any} given
 * @param {Any} api
 */
function reply(status, given, api) {
	const response = follow(api, given);
	const content = Object.values(response.content || {})[0];
	const shape = content && status.startsWith('2') ? follow(api, content.schema) : null;
	const list = shape?.properties && Object.keys(shape.properties).length
		? [fields(shape, api)] : [];
	return status.startsWith('2')
		? [h('h4', `${status}: `, ...inline(response.description)), ...list,
			content?.example !== undefined && list.length ? json(content.example) : null]
		: [];
}

/**
 * @param {string} verb
 * @param {string} path
 * @param {Any} operation
 * @param {Any} api
 */
function endpoint(verb, path, operation, api) {
	const parameters = (operation.parameters || []).map((/** @type {Any} */ p) => follow(api, p));
	const takes = follow(api, operation.requestBody)?.content['application/json'];
	const body = takes && Object.keys(takes.schema.properties).length ? takes : null;
	const replies = Object.entries(operation.responses);
	const refusals = replies.filter(([status]) => !status.startsWith('2'));
	return h('details', { id: operation.operationId },
		h('summary', h(`span.verb.${verb}`, verb.toUpperCase()), h('code', path.slice(1)),
			h('span', operation.summary)),
		h('div.inside', null,
			...prose(operation.description), h('p.soft', who(operation, api, verb)),
			parameters.length ? h('h4', 'Parameters') : null,
			parameters.length ? table(['Field', 'Type', 'What'],
				parameters.map((/** @type {Any} */ p) => row(p.name, { ...p.schema,
					description: p.description }, p.required, api))) : null,
			body ? h('h4', 'Body') : null,
			body ? fields(body.schema, api) : null,
			body ? json(body.example) : null,
			...replies.flatMap(([status, r]) => reply(status, r, api)),
			h('h4', 'Refusals'),
			table(['Status', 'Why'], refusals.map(([status, r]) => [
				status === 'default' ? '5xx' : status,
				h('span', null, ...inline(follow(api, r).description))]))));
}

/** @param {Any} api */
function endpoints(api) {
	const all = Object.entries(api.paths).flatMap(([path, item]) =>
		Object.entries(item).map(([verb, operation]) => ({ path, verb, operation })));
	return api.tags.flatMap((/** @type {Any} */ tag) => [
		h('h3', tag.name), h('p.soft', tag.description),
		...all.filter((e) => e.operation.tags.includes(tag.name))
			.map((e) => endpoint(e.verb, e.path, e.operation, api)),
	]);
}

/** @param {Any} api */
function objects(api) {
	return Object.entries(api.components.schemas).map(([name, schema]) => h('details', { id: name },
		h('summary', h('code', name), h('span', schema.properties?.type?.const || '')),
		h('div.inside', null, ...prose(schema.description),
			schema.properties ? fields(schema, api) : h('p', null, ...(schema.oneOf
				? schema.oneOf.flatMap((/** @type {Any} */ s, /** @type {number} */ i) =>
					[i ? ' · ' : '', h('a', { href: `#${nameOf(s)}` }, nameOf(s))])
				: type(schema))),
			schema.examples && schema.properties ? json(schema.examples[0]) : null)));
}

/** @param {Any} api */
function codes(api) {
	return table(['Status', 'Code', 'What'], Object.entries(api.components.schemas.Error['x-codes'])
		.map(([code, { status, meaning }]) => [String(status), h('code', code), meaning]));
}

/** What the address names is opened and shown. */
function open() {
	const it = document.getElementById(decodeURIComponent(location.hash.slice(1)));
	if (it instanceof HTMLDetailsElement) {
		it.open = true;
	}
	it?.scrollIntoView();
}

/** @param {string} id @param {Child[]} children */
function show(id, ...children) {
	const place = /** @type {HTMLElement} */ (document.getElementById(id));
	place.replaceChildren(...children.filter((child) => child !== null));
	place.closest('section')?.removeAttribute('hidden');
}

async function start() {
	const base = new URL('..', location.href).href;
	for (const place of document.querySelectorAll('[data-base]')) {
		place.replaceChildren(base);
	}
	try {
		const api = await (await fetch('openapi.json')).json();
		show('list', ...endpoints(api));
		show('schemas', ...objects(api));
		show('codes', codes(api));
	} catch {
		show('list', h('p', 'The list did not come. ',
			h('a', { href: '' }, 'Try again'), '.'));
		return;
	}
	addEventListener('hashchange', open);
	if (location.hash) {
		open();
	}
}

start();
