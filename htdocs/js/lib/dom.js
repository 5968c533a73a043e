/**
 * dom.js - building elements. Text is always text: nothing here parses markup.
 */

/** @typedef {Node|string|number|null|undefined|false} Child */

/** @typedef {Record<string, any>} Props */

/**
 * h('button.quiet', {type: 'button', onclick: f}, 'Save')
 *
 * Functions become listeners, booleans toggle attributes, everything else is set as an
 * attribute; `value` and `checked` are set as properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K | `${K}.${string}`} spec tag, then classes after dots
 * @param {Props|Child} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(spec, props, ...children) {
	const [tag, ...classes] = spec.split('.');
	const element = document.createElement(tag);
	if (classes.length) {
		element.className = classes.join(' ');
	}
	if (props && typeof props === 'object' && !(props instanceof Node)) {
		assign(element, props);
	} else {
		children.unshift(/** @type {Child} */ (props));
	}
	fill(element, ...children);
	return /** @type {any} */ (element);
}

/**
 * @param {Element} element
 * @param {Props} props
 */
export function assign(element, props) {
	for (const [key, value] of Object.entries(props)) {
		if (key.startsWith('on')) {
			element.addEventListener(key.slice(2), value);
		} else if (key === 'value' || key === 'checked') {
			/** @type {any} */ (element)[key] = value;
		} else if (value === true) {
			element.setAttribute(key, '');
		} else if (value !== false && value !== null && value !== undefined) {
			element.setAttribute(key, String(value));
		}
	}
}

/**
 * Append what is there to append.
 * @param {Node} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
	nodes(children).forEach((node) => parent.appendChild(node));
}

/** @param {Child[]} children */
function nodes(children) {
	return children.filter((child) => child || child === 0)
		.map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/**
 * Replace all children.
 * @param {Element} parent
 * @param {...Child} children
 */
export function refill(parent, ...children) {
	parent.replaceChildren();
	fill(parent, ...children);
}

/**
 * Replace all children, but keep those that look as the new ones would, listeners and all:
 * what somebody has selected, focused or pressed in them stays so.
 * @param {Element} parent
 * @param {...Child} children
 */
export function update(parent, ...children) {
	const wanted = new Set(nodes(children));
	const old = [...parent.childNodes].filter((node) => !wanted.has(node));
	arrange(parent, [...wanted].map((node) => {
		const same = node.parentNode === parent ? -1 : old.findIndex((o) => o.isEqualNode(node));
		return same < 0 ? node : old.splice(same, 1)[0];
	}));
}

/**
 * Set an attribute only where it changes, or remove it.
 * @param {Element} element
 * @param {string} name
 * @param {string|number|boolean|null|undefined} value
 */
export function attr(element, name, value) {
	if (value === null || value === undefined || value === false) {
		element.removeAttribute(name);
	} else {
		const text = value === true ? '' : String(value);
		if (element.getAttribute(name) !== text) {
			element.setAttribute(name, text);
		}
	}
}

/** @type {Map<string, Promise<unknown>>} */
const styles = new Map();

/**
 * The style of what is opened now and then comes with it.
 * @param {string} name of a file in css/
 * @returns {Promise<unknown>} when it is there; without it the page works, unadorned
 */
export function loadStyle(name) {
	const href = new URL(`../../css/${name}.css`, import.meta.url).href;
	const loading = styles.get(name) || new Promise((resolve) => {
		document.head.append(h('link', {
			rel: 'stylesheet', href, onload: resolve, onerror: resolve,
		}));
	});
	styles.set(name, loading);
	return loading;
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Bring the symbols of img/icons.svg into the document, so that an icon drawn later needs
 * no network. Without them the page works, unadorned.
 * @returns {Promise<void>}
 */
export function loadIcons() {
	return new Promise((resolve) => {
		const request = new XMLHttpRequest();
		request.open('GET', new URL('../../img/icons.svg', import.meta.url));
		request.responseType = 'document';
		request.overrideMimeType('image/svg+xml');
		request.timeout = 4000;
		request.onloadend = () => {
			const sheet = request.responseXML?.documentElement;
			if (sheet?.localName === 'svg') {
				sheet.setAttribute('class', 'icon-sheet');
				sheet.setAttribute('aria-hidden', 'true');
				document.body.prepend(document.importNode(sheet, true));
			}
			resolve();
		};
		request.send();
	});
}

/**
 * A symbol of img/icons.svg.
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
	const svg = document.createElementNS(SVG, 'svg');
	svg.setAttribute('class', 'icon');
	svg.setAttribute('aria-hidden', 'true');
	const use = document.createElementNS(SVG, 'use');
	use.setAttribute('href', `#icon-${name}`);
	svg.appendChild(use);
	return svg;
}

/**
 * An icon that acts.
 * @param {string} name
 * @param {string} label
 * @param {Props} [props]
 */
export function iconButton(name, label, props = {}) {
	return h('button.icon-button', {
		type: 'button', 'aria-label': label, title: label, ...props,
	}, icon(name));
}

/**
 * Put children into this order, moving as few as possible.
 * @param {Element} parent
 * @param {Node[]} wanted
 */
export function arrange(parent, wanted) {
	// What goes, goes first: else all that follows it would be moved before it.
	const staying = new Set(wanted);
	[...parent.childNodes].forEach((child) => staying.has(child) || child.remove());
	let next = parent.firstChild;
	for (const node of wanted) {
		if (node === next) {
			next = next.nextSibling;
		} else {
			parent.insertBefore(node, next);
		}
	}
}
