/**
 * fetch.js - what several views ask the server for.
 */

/** @import {Member} from '../net/types.js' */
/** @import {Context} from './view.js' */

/**
 * Fetch a room's members once; events that change them make it be fetched again.
 * @param {Context} ctx
 * @param {number} room
 * @returns {Promise<Member[]>}
 */
export async function loadMembers(ctx, room) {
	const state = ctx.session.store.rooms.get(room);
	if (state?.members) {
		return state.members;
	}
	const reply = await ctx.session.api.get(`rooms/${room}/members`, { expect: 'members' });
	reply.members.forEach((/** @type {Member} */ m) => ctx.session.store.learn(m.user));
	if (state) {
		state.members = reply.members;
	}
	return reply.members;
}

/**
 * @param {Context} ctx
 * @param {number} id
 */
export async function joinRoom(ctx, id) {
	const reply = await ctx.session.api.post(`rooms/${id}/join`, {}, { expect: 'room' });
	ctx.session.store.add(reply.room);
}
