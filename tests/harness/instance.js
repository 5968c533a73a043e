/* instance.js - starts and stops a private Palabre for a test: its own database, its own port. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const script = join(root, 'conf/instance');

/* Instances of this process that may still run: ended with it, even if a test threw. */
const running = new Set();

process.on('exit', () => {
	for (const it of running) {
		spawnSync(script, ['stop'], { env: it.scriptEnv(), stdio: 'ignore' });
	}
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => process.exit(1));
}

/** A TCP port nobody listens on just now. */
export function freePort() {
	return new Promise((done, failed) => {
		const server = net.createServer();
		server.on('error', failed);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => done(port));
		});
	});
}

/** Runs a program to its end. @returns {Promise<{code: number, out: string}>} */
function run(file, args, { env = process.env, input } = {}) {
	return new Promise((done, failed) => {
		const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
		const out = [];
		const err = [];
		child.on('error', failed);
		child.stdin.on('error', () => {});
		child.stdout.on('data', (d) => out.push(d));
		child.stderr.on('data', (d) => err.push(d));
		child.on('close', (code, signal) => done({
			code: code ?? 1,
			signal,
			out: Buffer.concat(out).toString(),
			err: Buffer.concat(err).toString(),
		}));
		child.stdin.end(input ?? '');
	});
}

/** One field of the mariadb client's batch output. */
function unescapeField(text) {
	return text.replace(/\\([0nt\\])/g,
		(_, c) => ({ 0: '\0', n: '\n', t: '\t', '\\': '\\' })[c]);
}

export class Instance {
	/**
	 * @param {string} dir VAR
	 * @param {number} port
	 * @param {Record<string, string>} env PALABRE_* settings
	 * @param {string} build where the programs are
	 */
	constructor(dir, port, env, build) {
		this.dir = dir;
		this.port = port;
		this.env = env;
		this.build = build;
		/** Ends in a slash: the deployment's base. */
		this.url = `http://127.0.0.1:${port}/`;
		/** The same API, one process a request. */
		this.cgiUrl = `${this.url}cgi-bin/palabre.cgi/`;
		this.paths = {
			run: join(dir, 'run'),
			log: join(dir, 'log'),
			dbCnf: join(dir, 'db.cnf'),
			adminCnf: join(dir, 'db-admin.cnf'),
			dbSocket: join(dir, 'run/mariadbd.sock'),
			workerSocket: join(dir, 'run/palabre.sock'),
			hubSocket: join(dir, 'run/hub.sock'),
			wakeSocket: join(dir, 'run/hub.wake'),
		};
	}

	/** What conf/instance is run with. No setting of the caller's own shell gets in. */
	scriptEnv() {
		const env = {};
		for (const [name, value] of Object.entries(process.env)) {
			if (!name.startsWith('PALABRE_')) {
				env[name] = value;
			}
		}
		return {
			...env,
			ASAN_OPTIONS: `log_path=${this.paths.log}/sanitizer:detect_leaks=0`,
			UBSAN_OPTIONS: `log_path=${this.paths.log}/sanitizer:print_stacktrace=1`,
			VAR: this.dir,
			PORT: String(this.port),
			BIND: '127.0.0.1',
			BUILD: this.build,
			...this.env,
		};
	}

	async #script(verb) {
		return run(script, [verb], { env: this.scriptEnv() });
	}

	/** Starts what does not run. @param {Record<string, string>} [env] more settings */
	async start(env = {}) {
		Object.assign(this.env, env);
		running.add(this);
		const { code, out, err } = await this.#script('start');
		if (code !== 0) {
			throw new Error(`the instance did not start:\n${out}${err}`);
		}
	}

	/** Stops it; its data stays, and start() goes on with it. */
	async stop() {
		const { code, out, err } = await this.#script('stop');
		if (code !== 0) {
			throw new Error(`the instance did not stop:\n${out}${err}`);
		}
		running.delete(this);
	}

	/**
	 * Stops it and removes its directory. Throws if a sanitizer had something to say: call
	 * it where a test run notices.
	 */
	async destroy() {
		await this.stop();
		const reports = this.sanitizerReports();
		if (reports) {
			throw new Error(`a sanitizer reported:\n${reports}`);
		}
		rmSync(this.dir, { recursive: true, force: true });
	}

	sanitizerReports() {
		return readdirSync(this.paths.log)
			.filter((name) => name.startsWith('sanitizer'))
			.map((name) => readFileSync(join(this.paths.log, name), 'utf8'))
			.join('\n');
	}

	/** @param {'lighttpd'|'mariadbd'|'hub'|'launch'} name */
	pid(name) {
		return Number(readFileSync(join(this.paths.run, `${name}.pid`), 'utf8'));
	}

	/** All pids of 'lighttpd', 'mariadbd', 'hub' or 'workers', found by looking, not by file. */
	async pids(name) {
		const { out } = await this.#script('status');
		const line = out.split('\n').find((l) => l.startsWith(`${name}: `)) ?? '';
		return (line.match(/\d+/g) ?? []).map(Number);
	}

	/** Sends a signal by pid file. @returns {number} the pid */
	kill(name, signal = 'SIGKILL') {
		const pid = this.pid(name);
		process.kill(pid, signal);
		return pid;
	}

	/**
	 * Runs SQL with full rights (`dml: true`: with those of the programs).
	 * @returns {Promise<string[][]>} all rows; NULL is the text "NULL"
	 */
	async sql(text, { dml = false } = {}) {
		const cnf = dml ? this.paths.dbCnf : this.paths.adminCnf;
		const { code, out, err } = await run('mariadb',
			[`--defaults-file=${cnf}`, '--batch', '--skip-column-names'], { input: text });
		if (code !== 0) {
			throw new Error(`${text}: ${err}`);
		}
		return out.split('\n').slice(0, -1).map((l) => l.split('\t').map(unescapeField));
	}

	/** Runs palabrectl; with the rights of the programs unless `admin`. */
	async ctl(args, { admin = false, input } = {}) {
		return run(join(resolve(root, this.build), 'palabrectl'), args, {
			env: {
				...this.scriptEnv(),
				PALABRE_DB_CNF: admin ? this.paths.adminCnf : this.paths.dbCnf,
				PALABRE_RUN: this.paths.run,
			},
			input,
		});
	}

	/** @param {'palabre'|'error'|'mariadbd'|'access'} name */
	log(name) {
		try {
			return readFileSync(join(this.paths.log, `${name}.log`), 'utf8');
		} catch {
			return '';
		}
	}
}

/**
 * Starts an instance on a free port, in a directory of its own.
 * @param {{env?: Record<string, string>, build?: string}} [how] env: PALABRE_* settings;
 *        build: where the programs are, by default PALABRE_BUILD of the environment
 * @returns {Promise<Instance>} to be ended by destroy()
 */
export async function startInstance({ env = {}, build } = {}) {
	const base = process.env.PALABRE_TEST_DIR ?? tmpdir();
	mkdirSync(base, { recursive: true });
	for (let tries = 1; ; tries++) {
		const dir = mkdtempSync(join(base, 'palabre-'));
		const it = new Instance(dir, await freePort(), { ...env },
			build ?? process.env.PALABRE_BUILD ?? 'build');
		try {
			await it.start();
			return it;
		} catch (e) {
			await it.stop().catch(() => {});
			// Somebody else may have taken the port in between.
			if (tries === 3 || !/port \d+ on \S+ is taken/.test(e.message)) {
				throw e;
			}
		}
	}
}

/** Waits until condition() is true (or gives something), looking every 20 ms. */
export async function until(condition, what, ceiling = 15_000) {
	const end = Date.now() + ceiling;
	for (;;) {
		const value = await condition();
		if (value) {
			return value;
		}
		if (Date.now() > end) {
			throw new Error(`waited ${ceiling} ms in vain: ${what}`);
		}
		await new Promise((done) => setTimeout(done, 20));
	}
}
