/* sql.js - one database connection held open, to stand in the way of others on purpose. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export class Sql {
	/** @param {string} optionFile with a [client] group */
	constructor(optionFile) {
		this.child = spawn('mariadb', [`--defaults-file=${optionFile}`, '--batch', '--raw',
			'--skip-column-names', '--unbuffered', '--force'], { stdio: ['pipe', 'pipe', 'pipe'] });
		this.text = '';
		this.errors = '';
		this.number = 0;
		this.waiting = null;
		this.child.stdin.on('error', () => {});
		this.child.stdout.setEncoding('utf8').on('data', (d) => {
			this.text += d;
			this.#look();
		});
		this.child.stderr.setEncoding('utf8').on('data', (d) => {
			this.errors += d;
		});
		this.child.on('close', () => {
			this.closed = true;
			this.#look();
		});
	}

	#look() {
		if (!this.waiting) {
			return;
		}
		const { mark, resolve, reject } = this.waiting;
		const at = this.text.indexOf(mark);
		if (at >= 0) {
			const rows = this.text.slice(0, at).split('\n').slice(0, -1).map((r) => r.split('\t'));
			this.text = this.text.slice(at + mark.length + 1);
			this.waiting = null;
			resolve(rows);
		} else if (this.closed) {
			this.waiting = null;
			reject(new Error(`mariadb ended: ${this.errors}`));
		}
	}

	/** Runs statements; gives all rows, each a list of texts. */
	async query(text) {
		const mark = `-- done ${++this.number} --`;
		const before = this.errors.length;
		const rows = await new Promise((resolve, reject) => {
			this.waiting = { mark, resolve, reject };
			this.child.stdin.write(`${text};\nSELECT '${mark}';\n`);
			this.#look();
		});
		if (this.errors.length > before) {
			throw new Error(`${text}: ${this.errors.slice(before)}`);
		}
		return rows;
	}

	async value(text) {
		return (await this.query(text))[0]?.[0];
	}

	close() {
		this.child.stdin.end();
		return new Promise((resolve) => {
			if (this.closed) {
				resolve();
			} else {
				this.child.on('close', resolve);
			}
		});
	}
}

/*
 * Does in SQL what a worker does when it sends a message, and stops short of COMMIT: the
 * event has its id, and nobody else can see it.
 */
export async function heldSend(sql, room, user) {
	await sql.query('SET autocommit = 0; SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
	await sql.query(`BEGIN; UPDATE room SET last_seq = LAST_INSERT_ID(last_seq + 1), messages = messages + 1,
		last_message = last_seq WHERE id = ${room.id}`);
	const seq = Number(await sql.value('SELECT LAST_INSERT_ID()'));
	const clientId = randomUUID();
	await sql.query(`INSERT INTO message (room, seq, user, client_id, digest, body, created_at)
		VALUES (${room.id}, ${seq}, ${user.id}, '${clientId}', REPEAT('x', 32), 'late', UNIX_TIMESTAMP(NOW(3)) * 1000);
		INSERT INTO event (room, seq, type, actor, target, created_at)
		VALUES (${room.id}, ${seq}, 1, ${user.id}, ${seq}, UNIX_TIMESTAMP(NOW(3)) * 1000)`);
	return seq;
}
