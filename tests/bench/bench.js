/* bench.js - runs the parts against one private instance and prints what they measured. */

import { startInstance } from '../harness/instance.js';
import { fillUsers } from './fill.js';
import { parts } from './parts.js';
import { Table } from './table.js';
import { Tools } from './tools.js';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
	console.error(`no such part: ${unknown.join(' ')} (there are: ${Object.keys(parts).join(' ')})`);
	process.exit(2);
}

const begin = Date.now();
const table = new Table();
table.head();
const instance = await startInstance({
	env: {
		PALABRE_LIMITS: 'off', PALABRE_SCRYPT: '10,8,1', PALABRE_LOG_LEVEL: 'warn',
		PALABRE_UPLOAD_PENDING_MB: '1024',
	},
});
try {
	await fillUsers(instance);
	const tools = new Tools(instance);
	for (const [name, part] of Object.entries(parts)) {
		if (wanted.length === 0 || wanted.includes(name)) {
			await part(tools, table);
		}
	}
} finally {
	await instance.destroy();
}
table.foot((Date.now() - begin) / 1000);
