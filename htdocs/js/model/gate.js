/**
 * gate.js - the way in: signing in and making an account, before anything is loaded.
 */

import { Api } from '../net/api.js';

/** Hashing a password takes a busy server its time, in ms. */
const PATIENCE = 20000;

export class Gate {
	/** @param {string} base absolute URL of the deployment, with a final slash */
	constructor(base) {
		this.api = new Api(base);
	}

	/** @returns {Promise<boolean>} whether somebody is signed in already */
	async open() {
		const status = await this.api.get('status', { expect: 'protocol' });
		return status.signed_in === true;
	}

	/** @param {{name: string, password: string}} form */
	async login(form) {
		await this.api.post('login', form, { expect: 'user', timeout: PATIENCE });
	}

	/** @param {{name: string, password: string, display_name?: string, invite?: string}} form */
	async register(form) {
		await this.api.post('register', form, { expect: 'user', timeout: PATIENCE });
	}
}
