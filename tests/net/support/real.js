/**
 * real.js - the proxies that Debian ships, each in front of a Palabre, in the foreground,
 * with nothing but a directory of ours and ports of loopback.
 */

import { spawn } from 'node:child_process';
import {
	chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { join, resolve } from 'node:path';
import { freePort, until } from '../../harness/instance.js';

/** @import {Instance} from '../../harness/instance.js' */

/**
 * @typedef {object} Place
 * @property {string} dir
 * @property {number} port where it listens
 * @property {number} target the port of the Palabre behind it
 * @property {Instance} instance that Palabre
 * @property {string} root the project
 */

/**
 * @typedef {object} Recipe
 * @property {string} bin
 * @property {(p: Place) => Record<string, string>} files
 * @property {(p: Place) => string[]} args
 * @property {(p: Place) => void} [prepare] what else must be there
 * @property {string} [transport] what must be settled on
 */

const nginx = (/** @type {string} */ more) => ({
	bin: 'nginx',
	files: (/** @type {Place} */ p) => ({
		'nginx.conf': `
daemon off; master_process off; worker_processes 1;
pid ${p.dir}/pid; error_log ${p.dir}/error.log;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path ${p.dir}/body; proxy_temp_path ${p.dir}/proxy;
	fastcgi_temp_path ${p.dir}/fcgi; uwsgi_temp_path ${p.dir}/uwsgi;
	scgi_temp_path ${p.dir}/scgi;
	server {
		listen 127.0.0.1:${p.port};
		location / {
			proxy_pass http://127.0.0.1:${p.target};
			proxy_set_header Host $http_host;
			${more}
		}
	}
}
`,
	}),
	args: (/** @type {Place} */ p) => ['-p', p.dir, '-e', `${p.dir}/error.log`, '-c', `${p.dir}/nginx.conf`],
});

const apache = (/** @type {string} */ modules, /** @type {(p: Place) => string} */ site) => ({
	bin: 'apache2',
	files: (/** @type {Place} */ p) => ({
		'apache.conf': `
ServerRoot ${p.dir}
ServerName localhost
PidFile ${p.dir}/pid
ErrorLog ${p.dir}/error.log
Listen 127.0.0.1:${p.port}
DefaultRuntimeDir ${p.dir}
Mutex file:${p.dir} default
User nobody
Group nogroup
${['mpm_event', 'authz_core', 'dir', 'mime', ...modules.split(' ')].map((name) =>
		`LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
${site(p)}
`,
	}),
	args: (/** @type {Place} */ p) => ['-DFOREGROUND', '-f', `${p.dir}/apache.conf`],
});

/**
 * Apache itself is the web server, as on a shared host: no lighttpd and no hub, whose
 * streams need a program that serves many requests at once.
 * @param {string} program of the build
 * @param {string} modules
 * @param {(p: Place) => string} how it is run
 * @returns {Recipe}
 */
const shared = (program, modules, how) => ({
	...apache(`alias env rewrite ${modules}`, (p) => `
DocumentRoot ${p.dir}/htdocs
DirectoryIndex index.html
<Directory ${p.dir}>
	Require all granted
</Directory>
Alias /cgi-bin/ ${p.dir}/cgi-bin/
RewriteEngine On
RewriteRule ^/((?:api/v1|stream)/.*)$ /cgi-bin/${program}/$1 [PT,QSA]
${how(p)}
`),
	transport: 'poll',
	prepare: (p) => {
		// It gives up root: what it runs is copied to where it may read.
		cpSync(join(p.instance.dir, 'htdocs'), join(p.dir, 'htdocs'), { recursive: true });
		mkdirSync(join(p.dir, 'cgi-bin'));
		copyFileSync(join(resolve(p.root, p.instance.build), program), join(p.dir, 'cgi-bin', program));
		copyFileSync(p.instance.paths.dbCnf, join(p.dir, 'db.cnf'));
		openUp(p.dir);
		[p.instance.dir, p.instance.paths.run].forEach((dir) => chmodSync(dir, 0o711));
	},
});

/** @param {string} dir with all in it, for everybody to read */
function openUp(dir) {
	for (const entry of readdirSync(dir, { withFileTypes: true })) {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) {
			openUp(path);
		}
		chmodSync(path, 0o755);
	}
}

/** @type {Record<string, Recipe>} */
export const RECIPES = {
	// X-Accel-Buffering is what a stream asks it with; an admin may have it ignored.
	'nginx': nginx('proxy_buffering on;'),
	'nginx, deaf': nginx('proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;'
		+ ' proxy_buffers 8 16k; proxy_http_version 1.0;'),
	'haproxy': {
		bin: 'haproxy',
		files: (p) => ({
			'haproxy.cfg': `
global
	maxconn 256
defaults
	mode http
	timeout connect 5s
	timeout client 30s
	timeout server 30s
frontend in
	bind 127.0.0.1:${p.port}
	default_backend out
backend out
	server palabre 127.0.0.1:${p.target}
`,
		}),
		args: (p) => ['-db', '-f', `${p.dir}/haproxy.cfg`],
	},
	'squid': {
		bin: 'squid',
		files: (p) => ({
			'squid.conf': `
http_port 127.0.0.1:${p.port} accel vhost
cache_peer 127.0.0.1 parent ${p.target} 0 no-query originserver
http_access allow all
cache deny all
access_log none
cache_log ${p.dir}/cache.log
pid_filename ${p.dir}/pid
coredump_dir ${p.dir}
cache_mem 8 MB
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname localhost
`,
		}),
		// Its shared memory is named for the service.
		args: (p) => ['-N', '-n', `palabre${p.port}`, '-f', `${p.dir}/squid.conf`],
	},
	'varnish': {
		bin: 'varnishd',
		files: (p) => ({
			'default.vcl': `vcl 4.1;\nbackend palabre { .host = "127.0.0.1"; .port = "${p.target}"; }\n`,
		}),
		args: (p) => ['-F', '-a', `127.0.0.1:${p.port}`, '-f', `${p.dir}/default.vcl`,
			'-n', `${p.dir}/work`, '-s', 'malloc,16m', '-j', 'none'],
	},
	'apache mod_proxy': apache('proxy proxy_http', (p) => `
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${p.target}/ flushpackets=auto
`),
	'apache mod_fcgid': shared('palabre.fcgi', 'fcgid', (p) => `
FcgidIPCDir ${p.dir}/ipc
FcgidProcessTableFile ${p.dir}/table
FcgidMaxProcesses 4
FcgidInitialEnv PALABRE_DB_CNF ${p.dir}/db.cnf
FcgidInitialEnv PALABRE_RUN ${p.dir}
FcgidInitialEnv PALABRE_WORKERS 1
FcgidInitialEnv PALABRE_LIMITS off
<Directory ${p.dir}/cgi-bin>
	Options +ExecCGI
	SetHandler fcgid-script
</Directory>
`),
	'apache mod_cgid': shared('palabre.cgi', 'cgid', (p) => `
ScriptSock ${p.dir}/cgid.sock
SetEnv PALABRE_DB_CNF ${p.dir}/db.cnf
SetEnv PALABRE_RUN ${p.dir}
SetEnv PALABRE_LIMITS off
<Directory ${p.dir}/cgi-bin>
	Options +ExecCGI
	SetHandler cgi-script
</Directory>
`),
};

/** @param {number} port */
function answers(port) {
	return new Promise((done) => {
		const socket = net.connect(port, '127.0.0.1');
		socket.on('connect', () => {
			socket.destroy();
			done(true);
		});
		socket.on('error', () => done(false));
	});
}

export class RealProxy {
	/**
	 * @param {string} name of RECIPES
	 * @param {{dir: string, instance: Instance, root: string}} where
	 */
	constructor(name, where) {
		this.name = name;
		this.where = where;
		this.port = 0;
		this.out = '';
		/** @type {import('node:child_process').ChildProcess|null} */ this.child = null;
	}

	async start() {
		const recipe = RECIPES[this.name];
		this.port = await freePort();
		const dir = join(this.where.dir, `${this.name.replace(/\W+/g, '-')}-${this.port}`);
		const target = this.where.instance.port;
		const place = { ...this.where, dir, target, port: this.port };
		mkdirSync(dir, { recursive: true });
		// Those that give up root must still write here.
		chmodSync(dir, 0o777);
		for (const [file, text] of Object.entries(recipe.files(place))) {
			writeFileSync(join(dir, file), text);
		}
		recipe.prepare?.(place);
		const path = `${process.env.PATH}:/usr/sbin:/sbin`;
		const child = spawn(recipe.bin, recipe.args(place), {
			stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PATH: path },
		});
		this.child = child;
		child.on('error', (error) => {
			this.out += error;
		});
		[child.stdout, child.stderr].forEach((pipe) => pipe?.on('data', (x) => {
			this.out = (this.out + x).slice(-4000);
		}));
		try {
			await until(() => answers(this.port), `${this.name} listens`, 60000);
		} catch (error) {
			await this.stop();
			throw new Error(`${error.message}\n${this.out}`);
		}
		return this;
	}

	get url() {
		return `http://127.0.0.1:${this.port}/`;
	}

	async stop() {
		const { child } = this;
		if (child && child.exitCode === null && child.signalCode === null && child.pid) {
			const gone = new Promise((done) => child.once('exit', done));
			child.kill('SIGTERM');
			const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
			await gone;
			clearTimeout(timer);
		}
	}
}
