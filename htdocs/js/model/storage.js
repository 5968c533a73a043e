/**
 * storage.js - a few small tables that survive a reload: IndexedDB, or memory where
 * there is none (private windows of old browsers, tests).
 */

/** @typedef {"outbox"|"drafts"|"cache"|"files"} Table */

/** @type {Table[]} */
const TABLES = ['outbox', 'drafts', 'cache', 'files'];
const VERSION = 2;

/**
 * @typedef {object} Storage
 * @property {(table: Table) => Promise<any[]>} all in the order of their keys
 * @property {(table: Table, key: string) => Promise<any>} get
 * @property {(table: Table, key: string, value: any) => Promise<void>} put
 * @property {(table: Table, key: string) => Promise<void>} remove
 * @property {() => Promise<void>} clear
 */

/** @returns {Storage} */
export function memoryStorage() {
	/** @type {Map<string, Map<string, any>>} */
	const tables = new Map(TABLES.map((name) => [name, new Map()]));
	const table = (/** @type {Table} */ name) =>
		/** @type {Map<string, any>} */ (tables.get(name));
	return {
		all: async (name) => [...table(name).keys()].sort().map((k) => table(name).get(k)),
		get: async (name, key) => table(name).get(key),
		put: async (name, key, value) => {
			table(name).set(key, structuredClone(value));
		},
		remove: async (name, key) => {
			table(name).delete(key);
		},
		clear: async () => tables.forEach((t) => t.clear()),
	};
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function settled(request) {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

/**
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
async function connect(name) {
	const opening = indexedDB.open(name, VERSION);
	opening.onupgradeneeded = () => {
		TABLES.filter((table) => !opening.result.objectStoreNames.contains(table))
			.forEach((table) => opening.result.createObjectStore(table));
	};
	const db = await Promise.race([settled(opening), new Promise((_, reject) => {
		// A tab of an older page holds the older form: do without, while this page is open.
		opening.onblocked = () => {
			opening.addEventListener('success', () => opening.result.close());
			reject(new Error('blocked'));
		};
	})]);
	db.onversionchange = () => db.close();
	return db;
}

/**
 * @param {string} name one database per deployment and user
 * @returns {Promise<Storage>}
 */
export async function openStorage(name) {
	if (typeof indexedDB === 'undefined') {
		return memoryStorage();
	}
	/** @type {IDBDatabase} */
	let db;
	try {
		db = await connect(name);
	} catch {
		return memoryStorage();
	}
	/**
	 * @template T
	 * @param {Table} table
	 * @param {IDBTransactionMode} mode
	 * @param {(store: IDBObjectStore) => IDBRequest<T>} work
	 * @returns {Promise<T>}
	 */
	const use = async (table, mode, work) => {
		const run = () => settled(work(db.transaction(table, mode).objectStore(table)));
		try {
			return await run();
		} catch (error) {
			if (/** @type {DOMException} */ (error).name !== 'InvalidStateError') {
				throw error;
			}
			// It was closed: by a newer page, or by a phone that put the page to sleep.
			db = await connect(name);
			return run();
		}
	};
	return {
		all: (table) => use(table, 'readonly', (store) => store.getAll()),
		get: (table, key) => use(table, 'readonly', (store) => store.get(key)),
		put: async (table, key, value) => {
			await use(table, 'readwrite', (store) => store.put(value, key));
		},
		remove: (table, key) => use(table, 'readwrite', (store) => store.delete(key)),
		clear: async () => {
			await Promise.all(TABLES.map((t) => use(t, 'readwrite', (store) => store.clear())));
		},
	};
}
