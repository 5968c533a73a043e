/* table.js - the figures, a line each as they come: what, how much, the target, what peers
 * do. */

const dim = process.stdout.isTTY ? '\x1b[2m' : '';
const red = process.stdout.isTTY ? '\x1b[31m' : '';
const green = process.stdout.isTTY ? '\x1b[32m' : '';
const plain = process.stdout.isTTY ? '\x1b[0m' : '';

const widths = { what: 48, figure: 13, target: 11 };

const short = (value, unit) => {
	const digits = value >= 1000 ? 0 : value >= 100 ? 1 : 2;
	return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`.trim();
};

export class Table {
	missed = 0;

	/** A heading for the lines that follow. @param {string} text */
	part(text) {
		console.log(`\n${text}`);
	}

	head() {
		console.log('Palabre on this machine, lighttpd and MariaDB included'.padEnd(widths.what + 2) +
			'measured'.padStart(widths.figure) + 'target'.padStart(widths.target) + '      peers');
	}

	/**
	 * @param {string} what
	 * @param {number} value
	 * @param {string} unit
	 * @param {{atMost?: number, atLeast?: number, peers?: string}} [goal]
	 */
	line(what, value, unit, { atMost, atLeast, peers = '' } = {}) {
		const aimed = atMost ?? atLeast;
		const met = aimed === undefined ? undefined : atMost !== undefined ? value <= atMost : value >= atLeast;
		const target = aimed === undefined ? '' : `${atMost !== undefined ? '≤' : '≥'} ${short(aimed, '')}`;
		const sign = met === undefined ? ' ' : met ? `${green}✓${plain}` : `${red}✗${plain}`;
		this.missed += met === false ? 1 : 0;
		console.log(`  ${what.padEnd(widths.what)}${short(value, unit).padStart(widths.figure)}` +
			`${target.padStart(widths.target)}  ${sign}  ${dim}${peers}${plain}`.trimEnd());
	}

	/** Something to know about the figures. @param {string} text */
	note(text) {
		console.log(`  ${dim}${text}${plain}`);
	}

	foot(seconds) {
		console.log(`\ntook ${Math.round(seconds)} s; ` +
			(this.missed ? `${this.missed} figures miss their target` : 'every target is met'));
	}
}
