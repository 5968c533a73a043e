/**
 * worker.js - the page's side of the service worker: the page is kept for when there is
 * no network, and notifications are shown through it.
 */

/** @import {Context} from './view.js' */

/** After coming in, the network is for the messages for so long, in ms. */
const CALM = 2000;
/** If it cannot be had, it is tried again after this, in ms. */
const AGAIN = 120000;

/** Only a page that conf/publish made has a version to keep. */
const published = /\/v\/[0-9a-f]+\/js\//.test(import.meta.url);

/** @type {Promise<ServiceWorkerRegistration|null>} */
let ready = Promise.resolve(null);

/** @returns {Promise<ServiceWorkerRegistration|null>} null while there is none */
export function worker() {
	return Promise.race([ready, Promise.resolve(null)]);
}

/**
 * @param {Context} ctx
 * @param {AbortSignal} signal when to stop listening
 */
export function keepPage(ctx, signal) {
	const { serviceWorker } = navigator;
	if (!serviceWorker || !published) {
		return;
	}
	ready = new Promise((resolve) => {
		const register = () => serviceWorker.register(new URL('sw.js', ctx.session.base))
			.then(resolve, () => setTimeout(register, AGAIN));
		setTimeout(register, CALM);
	});
	serviceWorker.addEventListener('message', (e) => {
		if (typeof e.data?.open === 'string' && /^#\/r\/\d+/.test(e.data.open)) {
			ctx.go(e.data.open);
		}
	}, { signal });
}
