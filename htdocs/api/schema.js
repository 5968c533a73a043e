/**
 * schema.js - puts a JSON schema of openapi.json into words.
 */

/** @typedef {Record<string, any>} Any */

/**
 * What a $ref points to, with what stands beside it.
 * @param {Any} api
 * @param {Any} thing
 * @returns {Any}
 */
export function follow(api, thing) {
	if (!thing || !thing.$ref) {
		return thing;
	}
	const { $ref, ...beside } = thing;
	const found = $ref.slice(2).split('/')
		.reduce((/** @type {Any} */ o, /** @type {string} */ step) => o[step], api);
	return { ...follow(api, found), ...beside };
}

/**
 * The name at the end of a $ref.
 * @param {Any} schema
 * @returns {string}
 */
export const nameOf = (schema) => (schema.$ref || '').split('/').pop();

/** Those that are but a number or a text by a name. */
const PLAIN = new Set(['Id', 'Seq', 'Time']);

/**
 * A type in a word or two: the parts are texts, or {to: name} for a link.
 * @param {Any} schema
 * @returns {(string|{to: string})[]}
 */
export function typeOf(schema) {
	if (schema.$ref) {
		const name = nameOf(schema);
		return PLAIN.has(name) ? [name.toLowerCase()] : [{ to: name }];
	}
	if (schema.oneOf) {
		return schema.oneOf.flatMap((/** @type {Any} */ s, /** @type {number} */ i) =>
			(i ? [' or ', ...typeOf(s)] : typeOf(s)));
	}
	if (schema.type === 'array') {
		return ['list of ', ...typeOf(schema.items)];
	}
	if (schema.const !== undefined) {
		return [JSON.stringify(schema.const)];
	}
	if (schema.enum) {
		return [schema.enum.map((/** @type {any} */ v) => JSON.stringify(v)).join(' or ')];
	}
	return [[schema.type || 'any'].flat().join(' or ')];
}

/**
 * The limits of a field: "2 to 32 characters".
 * @param {Any} schema
 * @returns {string}
 */
export function limitsOf(schema) {
	const range = (/** @type {number} */ lo, /** @type {number} */ hi, /** @type {string} */ unit) => {
		const high = hi !== undefined && hi < Number.MAX_SAFE_INTEGER;
		if (high) {
			return lo !== undefined ? `${lo} to ${hi}${unit}` : `at most ${hi}${unit}`;
		}
		return lo > 1 ? `at least ${lo}${unit}` : '';
	};
	if (schema.type === 'string') {
		return range(schema.minLength, schema.maxLength, ' characters');
	}
	const limits = schema.type === 'integer' ? range(schema.minimum, schema.maximum, '') : '';
	return schema.default !== undefined
		? `${limits ? `${limits}, ` : ''}${schema.default} if left out` : limits;
}
