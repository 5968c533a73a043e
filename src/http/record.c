/* record.c - the two FastCGI records that we write ourselves. */
#include "http/record.h"

#include <string.h>

void fcgi_header(uint8_t out[FCGI_HEADER_BYTES], int type, uint16_t request_id,
		 size_t len)
{
	const uint8_t bytes[FCGI_HEADER_BYTES] = {
		FCGI_VERSION_1,      (uint8_t)type,       (uint8_t)(request_id >> 8),
		(uint8_t)request_id, (uint8_t)(len >> 8), (uint8_t)len,
	};
	memcpy(out, bytes, sizeof bytes);
}

void fcgi_end(uint8_t out[FCGI_END_BYTES], uint16_t request_id)
{
	memset(out, 0, FCGI_END_BYTES);
	fcgi_header(out, FCGI_STDOUT, request_id, 0);
	fcgi_header(out + FCGI_HEADER_BYTES, FCGI_END_REQUEST, request_id,
		    FCGI_HEADER_BYTES);
}
