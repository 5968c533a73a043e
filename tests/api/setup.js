/* setup.js - the instance a test file runs against: cheap hashing, no limits unless asked. */

import { readFileSync } from 'node:fs';

import { startInstance } from '../harness/instance.js';
import { Client } from './client.js';
import { Sql } from './sql.js';

/** @param {Record<string, string>} [env] further PALABRE_* settings */
export async function setup(env = {}) {
	const instance = await startInstance({
		env: { PALABRE_SCRYPT: '10,8,1', PALABRE_LIMITS: 'off', ...env },
	});
	return {
		instance,
		/** the deployment's base, under FastCGI and under plain CGI */
		base: instance.url,
		cgi: instance.cgiUrl,
		var: instance.dir,
		/** someone who is not signed in */
		stranger: () => new Client(instance.url),
		/** a connection with the rights of the programs, to be closed */
		sql: () => new Sql(instance.paths.dbCnf),
		stop: () => instance.destroy(),
	};
}

/** The worker processes that serve requests: the children of the one lighttpd started. */
export async function workerPids(instance) {
	const pids = await instance.pids('workers');
	const parent = (pid) => Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
	const known = new Set(pids);
	const alive = pids.filter((pid) => {
		try {
			return known.has(parent(pid));
		} catch {
			return false;
		}
	});
	return { master: pids.filter((p) => !alive.includes(p)), children: alive };
}
