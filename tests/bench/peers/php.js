/* php.js - chat.php behind a lighttpd of its own, in turns with ours: how fast this machine is
 * today, the ratio does not depend on. */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from '../../harness/instance.js';

const PROGRAM = '/usr/bin/php-cgi';
const CHILDREN = 8;

export const havePhp = () => spawnSync(PROGRAM, ['-v']).status === 0;

/**
 * @param {import('../../harness/instance.js').Instance} instance whose database it uses
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function startPhp(instance) {
	const port = await freePort();
	const options = readFileSync(instance.paths.dbCnf, 'utf8');
	const option = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(options)[1];
	const conf = join(instance.dir, 'php.conf');
	writeFileSync(conf, `
server.modules = ( "mod_rewrite", "mod_fastcgi" )
server.document-root = "${fileURLToPath(new URL('.', import.meta.url))}"
server.bind = "127.0.0.1"
server.port = ${port}
url.rewrite-once = ( "^/api/" => "/chat.php" )
fastcgi.server = ( ".php" => (( "socket" => "${instance.dir}/run/php.sock",
	"bin-path" => "${PROGRAM}", "max-procs" => 1, "bin-environment" => (
		"PHP_FCGI_CHILDREN" => "${CHILDREN}", "PHP_FCGI_MAX_REQUESTS" => "1000000" ))))
`);
	const child = spawn('lighttpd', ['-D', '-f', conf], {
		stdio: ['ignore', 'ignore', 'ignore'],
		env: {
			...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
			PEER_SOCKET: option('socket'), PEER_DATABASE: option('database'),
			PEER_USER: option('user'), PEER_PASSWORD: option('password'),
		},
	});
	const ended = new Promise((done) => child.once('exit', done));
	const url = `http://127.0.0.1:${port}/`;
	await until(() => fetch(`${url}api/`).then((r) => r.status === 401, () => false), 'PHP answers');
	return {
		url,
		async stop() {
			child.kill('SIGINT');
			await ended;
		},
	};
}
