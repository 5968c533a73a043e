/* watch.js - node --import: each reply that a test's Client gets is held to the description. */

import { Client } from '../api/client.js';
import { checkReply } from './contract.js';

const { raw } = Client.prototype;

/** What the web server refuses by itself comes as a page of its own. */
const own = (reply) => [400, 411, 413, 431, 501, 505].includes(reply.status)
	&& /^text\/html/.test(reply.headers['content-type'] ?? '');

Client.prototype.raw = async function watched(method, path, how) {
	const reply = await raw.call(this, method, path, how);
	if (!own(reply)) {
		checkReply(method, path, reply);
	}
	return reply;
};
