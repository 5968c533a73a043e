/**
 * sw.js - the service worker: keeps the page for when there is no network, and shows
 * notifications.
 *
 * One version of the page is kept whole, under the name conf/publish gave it; a new one is
 * fetched whole before it takes over. What goes to the server's programs is not touched.
 */

const VERSION = '';
/** @type {string[]} */
const FILES = [];

const PREFIX = 'palabre ';
const scope = /** @type {any} */ (self);
const base = new URL('.', location.href).href;
const pinned = `${base}v/${VERSION}/`;

/**
 * The page of this version. A network may answer in the server's place, and a web server
 * may go on with the file before for a second (lighttpd's stat cache): only what is ours
 * is kept, and it is asked for again.
 * @param {string} url
 */
async function page(url) {
	for (let tries = 1; ; tries++) {
		const reply = await fetch(url, { cache: 'no-cache' });
		const text = await reply.clone().text();
		if (reply.ok && !reply.redirected && text.includes(`v/${VERSION}/`)) {
			return reply;
		}
		if (tries === 5) {
			throw new Error('another page');
		}
		await new Promise((done) => {
			setTimeout(done, 1000);
		});
	}
}

/** @param {string} url */
async function file(url) {
	const reply = await fetch(url);
	if (!reply.ok || reply.redirected || /html/.test(reply.headers.get('Content-Type') || '')) {
		throw new Error('another file');
	}
	return reply;
}

/** The page goes in last: a cache that holds it is whole. */
async function install() {
	const cache = await caches.open(PREFIX + VERSION);
	try {
		for (let at = 0; at < FILES.length; at += 6) {
			await Promise.all(FILES.slice(at, at + 6).map(async (name) =>
				cache.put(pinned + name, await file(pinned + name))));
		}
		await cache.put(base, await page(base));
	} catch (error) {
		await caches.delete(PREFIX + VERSION);
		throw error;
	}
	await scope.skipWaiting();
}

/** The version before stays: a page that is open may still be of it. */
async function activate() {
	const names = (await caches.keys()).filter((n) => n.startsWith(PREFIX));
	const old = names.filter((n) => n !== PREFIX + VERSION).slice(0, -1);
	await Promise.all(old.map((n) => caches.delete(n)));
	await scope.clients.claim();
}

/** @param {Request} request */
async function answer(request) {
	const kept = await caches.match(request.mode === 'navigate' ? base : request,
		request.mode === 'navigate' ? { cacheName: PREFIX + VERSION } : { ignoreVary: true });
	return kept || fetch(request);
}

scope.addEventListener('install', (/** @type {any} */ e) => e.waitUntil(install()));
scope.addEventListener('activate', (/** @type {any} */ e) => e.waitUntil(activate()));

scope.addEventListener('fetch', (/** @type {any} */ e) => {
	const { url, mode } = e.request;
	if (e.request.method === 'GET'
		&& (mode === 'navigate' ? isPage(url) : url.startsWith(`${base}v/`))) {
		e.respondWith(answer(e.request));
	}
});

/** @param {string} url */
function isPage(url) {
	return [base, `${base}index.html`].includes(url.replace(/[?#].*$/, ''));
}

/** @param {string} hash what the notification is about */
async function open(hash) {
	/** @type {any[]} */
	const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
	const one = pages.find((p) => isPage(p.url));
	if (one) {
		one.postMessage({ open: hash });
		await one.focus();
	} else {
		await scope.clients.openWindow(base + hash);
	}
}

scope.addEventListener('notificationclick', (/** @type {any} */ e) => {
	e.notification.close();
	e.waitUntil(open(e.notification.data?.hash || ''));
});
