/* record.h - the two FastCGI records that we write ourselves (FastCGI 1.0, §3.3, §5.5).
 */
#ifndef PALABRE_HTTP_RECORD_H
#define PALABRE_HTTP_RECORD_H

#include <stddef.h>
#include <stdint.h>

enum { FCGI_VERSION_1 = 1, FCGI_END_REQUEST = 3, FCGI_STDOUT = 6 };

#define FCGI_HEADER_BYTES 8
/* An empty STDOUT record, END_REQUEST and its body. */
#define FCGI_END_BYTES (3 * FCGI_HEADER_BYTES)
/* Bytes of content in one record, at most. */
#define FCGI_RECORD_MAX 65535

/* The header of a record with len bytes of content and no padding. */
void fcgi_header(uint8_t out[FCGI_HEADER_BYTES], int type, uint16_t request_id,
		 size_t len);

/* The end of an answer: application status 0, request complete. */
void fcgi_end(uint8_t out[FCGI_END_BYTES], uint16_t request_id);

#endif
