/* tools.js - the load generators, and what the processes of the instance use. */

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { root } from '../harness/instance.js';
import { token, USERS } from './fill.js';

const WRK = ['send.lua', 'get.lua'];

export class Tools {
	constructor(instance) {
		this.instance = instance;
		this.tokens = join(instance.dir, 'tokens');
		writeFileSync(this.tokens,
			Array.from({ length: USERS }, (_, n) => `${token(n)}\n`).join(''));
	}

	/** The processes by name. @returns {Promise<Record<string, number[]>>} */
	async processes() {
		const names = ['hub', 'lighttpd', 'workers', 'mariadbd'];
		const pids = await Promise.all(names.map((name) => this.instance.pids(name)));
		return Object.fromEntries(names.map((name, i) => [name, pids[i]]));
	}

	#streams(args) {
		const program = join(root, this.instance.build, 'bench/streams');
		return spawn(program, ['-p', String(this.instance.port), '-t', this.tokens, ...args.map(String)],
			{ stdio: ['pipe', 'pipe', 'inherit'] });
	}

	/**
	 * Opens streams, sends, and tells what came.
	 * @param {{streams: number, room: number, senders: number, rate: number, seconds: number}} how
	 */
	async load({ streams, room, senders, rate, seconds }) {
		const pids = await this.processes();
		const child = this.#streams(['-n', streams, '-r', room, '-s', senders, '-R', rate,
			'-d', seconds, '-w', 1.5,
			...Object.entries(pids).flatMap(([name, list]) => ['-c', `${name}=${list.join(',')}`])]);
		const result = JSON.parse((await output(child)).trim().split('\n').at(-1));
		if (result.missing || result.lost_streams || result.refused) {
			throw new Error(`not all was delivered: ${JSON.stringify(result)}`);
		}
		return result;
	}

	/** Opens streams and holds them. @returns {Promise<() => Promise<void>>} what ends them */
	async hold(streams) {
		const child = this.#streams(['-n', streams, '-i']);
		const ended = output(child);
		await new Promise((done, failed) => {
			child.stdout.once('data', done);
			child.once('exit', () => failed(new Error('the streams did not open')));
		});
		return async () => {
			child.stdin.end();
			const { lost_streams: lost } = JSON.parse((await ended).trim().split('\n').at(-1));
			if (lost) {
				throw new Error(`${lost} streams ended`);
			}
		};
	}

	/**
	 * Requests by wrk, as one of WRK says.
	 * @param {string} script
	 * @param {{connections: number, seconds: number, env: Record<string, string>, url?: string}} how
	 */
	async wrk(script, { connections, seconds, env, url = this.instance.url }) {
		if (!WRK.includes(script)) {
			throw new Error(`no script ${script}`);
		}
		const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s',
			'-s', join(root, 'tests/bench', script), url],
		{ stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TOKENS: this.tokens, ...env } });
		const result = JSON.parse((await output(child)).trim().split('\n').at(-1));
		if (result.errors) {
			throw new Error(`${result.errors} requests failed: ${script} ${JSON.stringify(env)}`);
		}
		return result;
	}

	/** The same, and the seconds that each program used meanwhile as `cpu`. */
	async wrkTimed(script, how) {
		const all = Object.entries(await this.processes());
		const before = all.map(([, pids]) => cpu(pids));
		const result = await this.wrk(script, how);
		return {
			...result,
			cpu: Object.fromEntries(all.map(([name, pids], i) => [name, cpu(pids) - before[i]])),
		};
	}

	/** Whether a path of the API is there. */
	async answers(path) {
		const reply = await fetch(this.instance.url + path,
			{ headers: { authorization: `Bearer ${token(0)}` } });
		await reply.arrayBuffer();
		return reply.ok;
	}
}

async function output(child) {
	let text = '';
	for await (const piece of child.stdout) {
		text += piece;
	}
	const code = child.exitCode ?? await new Promise((done) => child.once('exit', done));
	if (code !== 0) {
		throw new Error(`${child.spawnfile} ended with ${code}`);
	}
	return text;
}

/** Memory of processes, what they share counted by its share: bytes. */
export function memory(pids) {
	const pss = (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
	return pids.reduce((sum, pid) => sum + pss(pid), 0) * 1024;
}

/** Processor time of processes: seconds. */
export function cpu(pids) {
	const ticks = (pid) => {
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, '').trim().split(' ');
		return Number(fields[11]) + Number(fields[12]);
	};
	return pids.reduce((sum, pid) => sum + ticks(pid), 0) / 100;
}

/** Of one core, while so many seconds pass. */
export async function cpuShare(pids, seconds) {
	const before = cpu(pids);
	await sleep(seconds * 1000);
	return (cpu(pids) - before) / seconds;
}
