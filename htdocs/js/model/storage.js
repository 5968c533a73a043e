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
		const opening = indexedDB.open(name, VERSION);
		opening.onupgradeneeded = () => {
			TABLES.filter((table) => !opening.result.objectStoreNames.contains(table))
				.forEach((table) => opening.result.createObjectStore(table));
		};
		db = await Promise.race([settled(opening), new Promise((_, reject) => {
			// A tab of an older page holds the older form: do without until it is gone.
			opening.onblocked = () => reject(new Error('blocked'));
		})]);
		db.onversionchange = () => db.close();
	} catch {
		return memoryStorage();
	}
	const store = (/** @type {Table} */ table, /** @type {IDBTransactionMode} */ mode) =>
		db.transaction(table, mode).objectStore(table);
	return {
		all: (table) => settled(store(table, 'readonly').getAll()),
		get: (table, key) => settled(store(table, 'readonly').get(key)),
		put: async (table, key, value) => {
			await settled(store(table, 'readwrite').put(value, key));
		},
		remove: async (table, key) => {
			await settled(store(table, 'readwrite').delete(key));
		},
		clear: async () => {
			await Promise.all(TABLES.map((t) => settled(store(t, 'readwrite').clear())));
		},
	};
}
