/**
 * advice.js - what an admin can set where a network does something to streams, by what was
 * found and by server.
 *
 * Each part is headed "@FINDING SERVER". The build makes palabrectl's advice of the same
 * text (src/ctl/advice.awk), so its lines hold no backquote, backslash or dollar-brace.
 */

const TEXT = `
@stream lighttpd
# For /stream/, whether by mod_fastcgi or mod_proxy; and mod_deflate must not take it:
server.stream-response-body = 2
# deflate.mimetypes without text/ and text/event-stream
@stream nginx
location /stream/ {
	proxy_pass http://palabre;
	proxy_http_version 1.1;
	proxy_buffering off;
	gzip off;
	# and no proxy_ignore_headers X-Accel-Buffering
}
@stream Apache
ProxyPass /stream/ http://palabre/stream/ flushpackets=on
SetEnvIf Request_URI ^/stream/ no-gzip=1
# Where mod_fcgid stands in between:
FcgidOutputBufferSize 0
@stream HAProxy
backend palabre
	option http-no-delay
	# and no compression of text/event-stream, no filter that waits for the body
@stream squid
acl palabre urlpath_regex ^/stream/
cache deny palabre
# and no content scanner (ICAP, antivirus) over it:
adaptation_access SERVICE deny palabre
@refused lighttpd
# /stream/ goes to the hub, not to the workers: see conf/lighttpd-site.conf
@refused nginx
location /stream/ {
	proxy_pass http://palabre;
	proxy_http_version 1.1;
}
@refused Apache
ProxyPass /stream/ http://palabre/stream/ flushpackets=on
@refused HAProxy
# no http-request deny and no use_backend rule that takes /stream/ elsewhere
@refused squid
acl palabre urlpath_regex ^/stream/
http_access allow palabre
@idle lighttpd
# In front of another lighttpd (mod_proxy); at the hub itself no read-timeout is needed:
proxy.server = ( "" => (( "host" => "palabre", "port" => 80, "read-timeout" => 120 )) )
server.max-write-idle = 360
@idle nginx
location /stream/ {
	proxy_read_timeout 120s;
	send_timeout 120s;
}
@idle Apache
ProxyPass /stream/ http://palabre/stream/ flushpackets=on timeout=120
Timeout 120
# Where mod_fcgid stands in between:
FcgidIOTimeout 120
@idle HAProxy
defaults
	timeout client 120s
	timeout server 120s
@idle squid
read_timeout 2 minutes
client_lifetime 1 day
@post lighttpd
# no $HTTP["request-method"] rule that keeps POST out
@post nginx
# no limit_except GET; and client_max_body_size 16m for pictures
@post Apache
# no Limit or LimitExcept that keeps POST out
@post HAProxy
# no http-request deny by method that keeps POST out
@post squid
acl palabre dstdomain chat.example.org
http_access allow palabre
`;

/** @typedef {"stream"|"refused"|"idle"|"post"} Symptom */

/** @typedef {{server: string, lines: string}} Advice */

/**
 * @param {Symptom} symptom
 * @param {string[]} [between] headers that name who passed a reply on; theirs comes first
 * @returns {Advice[]}
 */
export function advice(symptom, between = []) {
	const parts = TEXT.split(/^@/m).slice(1).map((part) => {
		const [head, ...lines] = part.trimEnd().split('\n');
		const [found, server] = head.split(' ');
		return { found, server, lines: lines.join('\n') };
	}).filter((part) => part.found === symptom);
	const named = (/** @type {Advice} */ { server }) =>
		between.some((line) => line.toLowerCase().includes(server.toLowerCase()));
	return [...parts.filter(named), ...parts.filter((part) => !named(part))]
		.map(({ server, lines }) => ({ server, lines }));
}

/** @type {Record<string, Symptom>} what of a survey's findings an admin can mend */
const SYMPTOMS = {
	'stream buffered': 'stream', 'stream held': 'stream', 'stream padded': 'stream',
	'stream silent': 'stream', 'stream mute': 'stream', 'stream cut': 'idle',
	'stream refused': 'refused', 'idle cut': 'idle', 'verbs get': 'post',
};

/**
 * @param {{topic: string, word: string}[]} findings
 * @returns {Symptom[]} each once
 */
export function symptoms(findings) {
	return [...new Set(findings.map(({ topic, word }) => SYMPTOMS[`${topic} ${word}`])
		.filter(Boolean))];
}
