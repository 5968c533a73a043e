/* collection.js - makes a Postman collection of htdocs/api/openapi.json, as a story that runs. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import converter from 'openapi-to-postmanv2';

const file = fileURLToPath(new URL('../../htdocs/api/openapi.json', import.meta.url));

/* Never ends, so no run gets beyond it. */
const LEFT_OUT = ['streamEvents', 'upload', 'getFile', 'getThumb'];

/*
 * The order in which the requests make sense: each with what it takes of the ones before,
 * in its path, query and body ({{#name}}: a number), and what it keeps of its reply.
 */
const STORY = [
	{ id: 'getStatus' },
	{ id: 'register', body: { name: '{{guest_name}}', display_name: 'Guest' }, keep: { guest: 'user.id' } },
	{ id: 'register', body: { name: '{{name}}' }, keep: { user: 'user.id' } },
	{ id: 'login', body: { name: '{{name}}' }, keep: { bearerToken: 'token' } },
	{ id: 'getMe' },
	{ id: 'updateMe' },
	{ id: 'listSessions', keep: { session: 'sessions.find((s) => !s.current).id' } },
	{ id: 'revokeSession', path: { id: '{{session}}' } },
	{ id: 'findUsers', query: { q: '{{guest_name}}' } },
	{ id: 'getUser', path: { id: '{{guest}}' } },
	{ id: 'createRoom', keep: { room: 'room.id' } },
	{ id: 'getRoom' },
	{ id: 'changeRoom' },
	{ id: 'joinRoom' },
	{ id: 'listRooms' },
	{ id: 'findRooms', query: { q: 'gen' } },
	{ id: 'addMember', body: { user: '{{#guest}}' } },
	{ id: 'listMembers' },
	{ id: 'setRole', path: { user: '{{guest}}' } },
	{ id: 'sendMessage', body: { client_id: '{{$guid}}' }, keep: { seq: 'message.seq' } },
	{ id: 'editMessage' },
	{ id: 'react' },
	{ id: 'listMessages' },
	{ id: 'markRead', body: { seq: '{{#seq}}' } },
	{ id: 'typing' },
	{ id: 'listEvents' },
	{ id: 'search' },
	{ id: 'openDirect', body: { user: '{{#guest}}' }, status: 201 },
	{ id: 'openDirect', body: { user: '{{#guest}}' }, status: 200 },
	{ id: 'sync', keep: { cursor: 'cursor' } },
	{ id: 'poll', query: { cursor: '{{cursor}}', wait: '0' } },
	{ id: 'deleteMessage' },
	{ id: 'removeMember', path: { user: '{{guest}}' } },
	{ id: 'leaveRoom' },
	{ id: 'createRoom', keep: { room: 'room.id' } },
	{ id: 'deleteRoom' },
	{ id: 'getMetrics' },
	{ id: 'changePassword' },
	{ id: 'logout' },
];

/** Where a path names something, and the step does not say what. */
const USUAL = { id: '{{room}}', seq: '{{seq}}' };

function convert(data) {
	return new Promise((done, failed) => {
		converter.convertV2({ type: 'string', data }, {
			parametersResolution: 'Example', requestNameSource: 'Fallback',
			enableOptionalParameters: false, alwaysInheritAuthentication: true,
		}, (error, result) => {
			if (error || !result.result) {
				failed(error ?? new Error(result.reason));
			} else {
				done(result.output[0].data);
			}
		});
	});
}

/** METHOD /path/{} → the converted request. */
function requestsOf(items, found = new Map()) {
	for (const item of items) {
		if (item.item) {
			requestsOf(item.item, found);
		} else {
			const path = item.request.url.path.map((step) => (step.startsWith(':') ? '{}' : step));
			found.set(`${item.request.method} /${path.join('/')}`, item);
		}
	}
	return found;
}

/** What Postman runs after a reply: the status, the fields, and what is kept. */
function script(step, operation) {
	const [status, response] = Object.entries(operation.responses)
		.find(([s]) => (step.status ? s === String(step.status) : /^2/.test(s)
			&& !(operation.operationId === 'sendMessage' && s === '200')));
	const { schema } = response.content['application/json'] ?? {};
	const lines = [`pm.test('${status}', () => pm.response.to.have.status(${status}));`];
	if (schema?.required) {
		lines.push(`pm.test('its fields', () => pm.expect(pm.response.json()).to.include.keys(${
			schema.required.map((name) => `'${name}'`).join(', ')}));`);
	}
	for (const [name, where] of Object.entries(step.keep ?? {})) {
		lines.push(`pm.collectionVariables.set('${name}', pm.response.json().${where});`);
	}
	return { listen: 'test', script: { type: 'text/javascript', exec: lines } };
}

function tell(item, step, operation) {
	const it = structuredClone({ ...item, response: [], id: undefined });
	for (const variable of it.request.url.variable ?? []) {
		variable.value = step.path?.[variable.key] ?? USUAL[variable.key];
	}
	for (const q of it.request.url.query ?? []) {
		q.disabled = !(q.key in (step.query ?? {})) && !operation.parameters?.some(
			(p) => p.name === q.key && p.required);
		q.value = step.query?.[q.key] ?? q.value;
	}
	it.request.header = it.request.header?.filter((h) => h.key !== 'Last-Event-ID');
	if (it.request.body?.raw) {
		const body = { ...JSON.parse(it.request.body.raw), ...step.body };
		it.request.body.raw = JSON.stringify(body, null, 2).replace(/"\{\{#(\w+)\}\}"/g, '{{$1}}');
	}
	it.event = [script(step, operation)];
	return it;
}

/**
 * @param {string} [base] the deployment's, without a slash at its end
 * @returns {Promise<object>} a collection of format 2.1
 */
export async function makeCollection(base = 'http://localhost:8080') {
	const text = readFileSync(file, 'utf8');
	const api = JSON.parse(text);
	const whole = await convert(text);
	const items = requestsOf(whole.item);
	const operations = new Map();
	for (const [path, methods] of Object.entries(api.paths)) {
		for (const [method, operation] of Object.entries(methods)) {
			const key = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`;
			operations.set(operation.operationId, { key, operation });
		}
	}
	const told = new Set([...STORY.map((s) => s.id), ...LEFT_OUT]);
	const missing = [...operations.keys()].filter((id) => !told.has(id));
	if (missing.length) {
		throw new Error(`the story does not tell of ${missing.join(', ')}`);
	}
	const item = STORY.map((step) => {
		const { key, operation } = operations.get(step.id);
		return tell(items.get(key), step, operation);
	});
	const stem = Date.now().toString(36);
	const variable = [
		{ key: 'baseUrl', value: base }, { key: 'bearerToken', value: '' },
		{ key: 'name', value: `postman-${stem}` }, { key: 'guest_name', value: `guest-${stem}` },
	];
	return { ...whole, item, variable };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [, , out, base] = process.argv;
	if (!out) {
		process.stderr.write('usage: node tests/postman/collection.js FILE [BASE]\n');
		process.exit(2);
	}
	writeFileSync(out, `${JSON.stringify(await makeCollection(base), null, '\t')}\n`);
}
