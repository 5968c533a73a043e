/* told.h - what a client tells of its network beside a stream or poll, for the metrics.
 */
#ifndef PALABRE_HTTP_TOLD_H
#define PALABRE_HTTP_TOLD_H

/* Field `why`: what came over the stream before this request. */
enum told_why {
	TOLD_BUFFERED, /* nothing until much was there */
	TOLD_CUT,      /* it was cut soon, again and again */
	TOLD_HELD,     /* each frame until the next came */
	TOLD_MUTE,     /* nothing any more, though it was open */
	TOLD_REFUSED,  /* an error in its place */
	TOLD_SILENT,   /* nothing from the beginning */
	TOLD_WHYS
};
extern const char *const told_why_names[];

/* Field `learned`: the limit of its network that the client keeps within from now on. */
enum told_limit {
	TOLD_POLL,    /* how long a poll is held */
	TOLD_SILENCE, /* how long a stream says nothing */
	TOLD_LIMITS
};
extern const char *const told_limit_names[];

#endif
