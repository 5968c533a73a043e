/**
 * ids.js - random names: for a message sent, for a page's stream.
 */

/** @param {number} bytes */
function random(bytes) {
	return crypto.getRandomValues(new Uint8Array(bytes));
}

/** @returns {string} a version 4 UUID, also on plain HTTP where randomUUID is missing */
export function uuid() {
	const b = random(16);
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20),
		hex.slice(20)].join('-');
}

/** @returns {string} 16 characters that name this page's stream */
export function pageId() {
	return Array.from(random(8), (x) => x.toString(16).padStart(2, '0')).join('');
}
