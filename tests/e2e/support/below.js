/** below.js - a second web server before the instance's programs: Palabre at /chat/. */

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HARNESS = '../../harness/instance.js';

const CONF = fileURLToPath(new URL('../../../conf/lighttpd-below.conf', import.meta.url));

const TYPES = `mimetype.assign = ( ".html" => "text/html; charset=utf-8", ".css" => "text/css",
	".js" => "text/javascript", ".svg" => "image/svg+xml", ".png" => "image/png",
	".webmanifest" => "application/manifest+json", ".json" => "application/json" )`;

/**
 * @param {import('./browser.js').Instance} instance
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export async function below(instance) {
	const { freePort, until } = await import(HARNESS);
	const dir = join(instance.dir, 'below');
	const port = await freePort();
	mkdirSync(dir, { recursive: true });
	const ours = readFileSync(CONF, 'utf8')
		.replaceAll('/usr/local/share/palabre/htdocs', join(instance.dir, 'htdocs'))
		.replaceAll('/run/palabre/', `${join(instance.dir, 'run')}/`)
		.replaceAll('/var/cache/palabre', join(instance.dir, 'cache'));
	const site = `server.document-root = "${dir}"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${dir}/error.log"
server.modules = ( "mod_indexfile" )
index-file.names = ( "index.html" )
${TYPES}
${ours}
server.modules += ( "mod_staticfile" )\n`;
	writeFileSync(join(dir, 'lighttpd.conf'), site);
	const server = spawn('/usr/sbin/lighttpd', ['-D', '-f', join(dir, 'lighttpd.conf')],
		{ stdio: ['ignore', 'inherit', 'inherit'] });
	const ended = new Promise((done) => {
		server.once('exit', done);
	});
	const url = `http://127.0.0.1:${port}/chat/`;
	await until(() => fetch(`${url}api/v1/status`).then((r) => r.ok, () => false), url);
	return {
		url,
		stop: async () => {
			server.kill('SIGTERM');
			await ended;
		},
	};
}
