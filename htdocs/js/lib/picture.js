/**
 * picture.js - what a file is by its first bytes, and large photos made smaller.
 */

/** The longer side of a photo that was scaled down, in pixels. */
const SIDE = 2048;
const QUALITY = 0.85;
/** What must be seen of a file to know its kind. */
const HEAD = 4096;

/**
 * @typedef {object} Kind
 * @property {string} type empty when it is no picture that we know
 * @property {boolean} animated or may be
 */

/**
 * @param {Uint8Array} bytes the first of a file
 * @returns {Kind}
 */
export function kindOf(bytes) {
	const text = String.fromCharCode(...bytes.subarray(0, 24));
	if (text.startsWith('\x89PNG\r\n\x1a\n')) {
		// The chunk that makes an APNG comes before the first pixels.
		const all = String.fromCharCode(...bytes);
		const at = all.indexOf('acTL');
		const pixels = all.indexOf('IDAT');
		return { type: 'image/png', animated: at > 0 && (pixels < 0 || at < pixels) };
	}
	if (text.startsWith('\xff\xd8\xff')) {
		return { type: 'image/jpeg', animated: false };
	}
	if (/^GIF8[79]a/.test(text)) {
		return { type: 'image/gif', animated: true };
	}
	if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) {
		return { type: 'image/webp', animated: text.startsWith('VP8X', 12) && (bytes[20] & 2) > 0 };
	}
	return { type: '', animated: false };
}

/**
 * @param {Blob} blob
 * @returns {Promise<Kind>}
 */
export async function kind(blob) {
	return kindOf(new Uint8Array(await blob.slice(0, HEAD).arrayBuffer()));
}

/**
 * A photo as it is worth sending: scaled down where it is large, upright. What moves, what
 * has sharp edges (PNG), and what would not get smaller stays as it is.
 * @param {Blob} blob
 * @param {Kind} what
 * @returns {Promise<Blob>}
 */
export async function scaled(blob, { type, animated }) {
	if (animated || (type !== 'image/jpeg' && type !== 'image/webp')) {
		return blob;
	}
	const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
	const factor = SIDE / Math.max(bitmap.width, bitmap.height);
	if (factor >= 1) {
		bitmap.close();
		return blob;
	}
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(bitmap.width * factor);
	canvas.height = Math.round(bitmap.height * factor);
	const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
	pen.imageSmoothingQuality = 'high';
	pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	bitmap.close();
	const small = await new Promise((/** @type {(b: Blob|null) => void} */ done) => {
		canvas.toBlob(done, type, QUALITY);
	});
	// A browser that cannot write this type writes PNG.
	return small && small.type === type && small.size < blob.size ? small : blob;
}
