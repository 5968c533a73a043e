/**
 * zoom.js - a picture seen nearer: wheel, pinch, double tap; and moved about by dragging.
 */

const MOST = 8;
const NEAR = 2.5;
/** A second tap within so many ms of the first is a double one. */
const DOUBLE = 300;
/** Less than this, in px, is no drag. */
const TREMBLE = 4;

export class Zoom {
	scale = 1;
	#x = 0;
	#y = 0;
	/** @type {Map<number, {x: number, y: number}>} */ #pointers = new Map();
	#tapped = 0;
	/** Whether the pointer that just left was dragged. */
	moved = false;

	/**
	 * @param {HTMLElement} stage
	 * @param {HTMLElement} picture in its middle
	 */
	constructor(stage, picture) {
		this.stage = stage;
		this.picture = picture;
		stage.addEventListener('wheel', (e) => {
			e.preventDefault();
			this.by(Math.exp(-e.deltaY / 400), e.clientX, e.clientY);
		}, { passive: false });
		stage.addEventListener('pointerdown', (e) => this.#down(e));
		stage.addEventListener('pointermove', (e) => this.#move(e));
		for (const type of ['pointerup', 'pointercancel']) {
			stage.addEventListener(type, (e) => {
				this.#pointers.delete(/** @type {PointerEvent} */ (e).pointerId);
			});
		}
	}

	reset() {
		this.scale = 1;
		this.#x = 0;
		this.#y = 0;
		this.#apply();
	}

	/**
	 * @param {number} factor
	 * @param {number} [x] the point of the window that stays where it is
	 * @param {number} [y]
	 */
	by(factor, x, y) {
		const scale = Math.min(MOST, Math.max(1, this.scale * factor));
		const box = this.stage.getBoundingClientRect();
		const dx = (x ?? box.left + box.width / 2) - box.left - box.width / 2;
		const dy = (y ?? box.top + box.height / 2) - box.top - box.height / 2;
		const grown = scale / this.scale;
		this.#x = dx - (dx - this.#x) * grown;
		this.#y = dy - (dy - this.#y) * grown;
		this.scale = scale;
		this.#apply();
	}

	/** @param {PointerEvent} e */
	#down(e) {
		this.moved = false;
		this.#pointers.set(e.pointerId, { x: e.clientX, y: e.clientY });
		if (this.#pointers.size === 1 && e.target === this.picture) {
			if (e.timeStamp - this.#tapped < DOUBLE) {
				this.#tapped = 0;
				this.by(this.scale > 1 ? 1 / MOST : NEAR, e.clientX, e.clientY);
			} else {
				this.#tapped = e.timeStamp;
			}
		}
	}

	/** @param {PointerEvent} e */
	#move(e) {
		const was = this.#pointers.get(e.pointerId);
		if (!was) {
			return;
		}
		const now = { x: e.clientX, y: e.clientY };
		const step = Math.hypot(now.x - was.x, now.y - was.y);
		const other = [...this.#pointers].find(([id]) => id !== e.pointerId)?.[1];
		if (other) {
			const apart = Math.hypot(was.x - other.x, was.y - other.y) || 1;
			this.by(Math.hypot(now.x - other.x, now.y - other.y) / apart,
				(now.x + other.x) / 2, (now.y + other.y) / 2);
		} else if (this.scale > 1) {
			this.#x += now.x - was.x;
			this.#y += now.y - was.y;
			this.#apply();
		}
		this.moved ||= step > TREMBLE || Boolean(other);
		this.#pointers.set(e.pointerId, now);
	}

	#apply() {
		// No further than to its edges.
		const { clientWidth, clientHeight } = this.stage;
		const { offsetWidth, offsetHeight } = this.picture;
		const wide = Math.max(0, (offsetWidth * this.scale - clientWidth) / 2);
		const high = Math.max(0, (offsetHeight * this.scale - clientHeight) / 2);
		this.#x = Math.min(wide, Math.max(-wide, this.#x));
		this.#y = Math.min(high, Math.max(-high, this.#y));
		this.picture.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.scale})`;
		this.stage.classList.toggle('near', this.scale > 1);
	}
}
