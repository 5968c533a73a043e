/**
 * types.js - the objects of PROTOCOL.md as JSDoc types; no code.
 *
 * @typedef {{id: number, name: string, display_name: string, role: string,
 *   avatar: string|null, presence: string, last_seen: string|null}} User
 *
 * @typedef {{id: string, name: string, type: string, size: number, width: number,
 *   height: number, animated: boolean, url: string, thumb: string}} Attachment
 *
 * @typedef {{emoji: string, users: number[]}} Reaction
 *
 * @typedef {{room: number, seq: number, user: number, client_id: string, body: string,
 *   created_at: string, edited_at: string|null, deleted: boolean,
 *   reply_to: number|null, attachments: Attachment[], reactions: Reaction[]}} Message
 *
 * @typedef {{id: number, kind: string, name: string, topic: string, last_seq: number,
 *   created_by: number, created_at: string, members: number, role: string|null,
 *   last_read: number, unread: number, mentions: number, notify: string,
 *   last_message: Message|null, peer: User|null}} Room
 *
 * @typedef {{user: User, role: string, last_read: number}} Member
 *
 * An event of the log, or a fleeting one (without seq). Fields depend on the type, so
 * those that matter to a handler are read where they are handled.
 * @typedef {{type: string, room?: number, seq?: number, target?: number, by?: number,
 *   message?: Message, user?: any, info?: any, emoji?: string, on?: boolean,
 *   role?: string, upto?: number, unread?: number, mentions?: number, state?: string,
 *   last_seen?: string, cursor?: string, resume?: string, heartbeat?: number,
 *   network?: string, reason?: string, retry?: number, time?: string,
 *   next?: import('./longpoll.js').Advice}} Event
 *
 * @typedef {{me: User, self: {room: number, last_seq: number}, rooms: Room[],
 *   users: User[], cursor: string, uploads?: {bytes: number, any: boolean}}} Sync
 */

export {};
