/* setup.js - the instance a test file runs against: cheap hashing, no limits unless asked. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { root, startInstance } from '../harness/instance.js';
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

const parentOf = (pid) => {
	try {
		return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
	} catch {
		return 0; // it has just ended
	}
};

/** The process that keeps the workers going. */
export async function workerMaster(instance) {
	const pids = await instance.pids('workers');
	const masters = pids.filter((p) => pids.some((q) => parentOf(q) === p));
	assert.equal(masters.length, 1, `one master among ${pids}`);
	return masters[0];
}

/** Those that serve requests, just now. */
export function workersOf(master) {
	return readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ')
		.filter(Boolean).map(Number);
}

/**
 * A POST to a plain CGI program started with an environment of its own: settings, HTTPS.
 * @returns {{status: number, head: string, text: string}}
 */
export function byHand({ instance }, env, path, body) {
	const { stdout } = spawnSync(resolve(root, instance.build, 'palabre.cgi'), [], {
		env: {
			...process.env, ...instance.scriptEnv(), PALABRE_DB_CNF: instance.paths.dbCnf,
			PALABRE_RUN: instance.paths.run, GATEWAY_INTERFACE: 'CGI/1.1',
			REQUEST_METHOD: 'POST', SCRIPT_NAME: '/cgi-bin/palabre.cgi', PATH_INFO: `/api/v1/${path}`,
			CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(Buffer.byteLength(body)),
			REMOTE_ADDR: '127.0.0.1', SERVER_PROTOCOL: 'HTTP/1.1', HTTP_HOST: 'localhost', ...env,
		}, input: body, encoding: 'utf8',
	});
	const at = stdout.indexOf('\r\n\r\n');
	const head = stdout.slice(0, at);
	return { head, text: stdout.slice(at + 4), status: Number(/^Status: (\d+)/m.exec(head)?.[1]) };
}
