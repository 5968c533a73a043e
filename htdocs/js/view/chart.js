/**
 * chart.js - small charts drawn as SVG. Their numbers stand beside them as text.
 */

import { h } from '../lib/dom.js';
import { locale } from '../lib/i18n.js';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {Record<string, string|number>} attributes
 * @param {...Element} children
 */
function svg(tag, attributes, ...children) {
	const element = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(attributes)) {
		element.setAttribute(name, String(value));
	}
	element.append(...children);
	return element;
}

/**
 * A line of the last values, the newest at the right.
 * @param {number[]} values
 * @param {number} room how many values the width holds
 */
export function line(values, room) {
	const [width, height] = [120, 32];
	const top = Math.max(1, ...values);
	const x = (/** @type {number} */ i) => width - (values.length - 1 - i) * (width / (room - 1));
	const y = (/** @type {number} */ v) => height - 2 - (v / top) * (height - 4);
	const points = values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`);
	const chart = svg('svg', {
		class: 'chart-line', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true',
		preserveAspectRatio: 'none',
	});
	if (points.length > 1) {
		chart.append(
			svg('polygon', { points: `${x(0)},${height} ${points.join(' ')} ${width},${height}` }),
			svg('polyline', { points: points.join(' ') }));
	}
	return chart;
}

/** @param {[string, number][]} rows names and how many */
export function bars(rows) {
	const most = Math.max(1, ...rows.map(([, n]) => n));
	return h('dl.bars', null, ...rows.flatMap(([name, n]) => [
		h('dt', null, name),
		h('dd', null,
			svg('svg', {
				class: 'chart-bar', viewBox: '0 0 100 8', 'aria-hidden': 'true',
				preserveAspectRatio: 'none',
			}, svg('rect', { width: 100, height: 8, rx: 2, class: 'track' }),
			svg('rect', { width: (n / most) * 100, height: 8, rx: 2 })),
			h('span', null, n.toLocaleString(locale()))),
	]));
}
