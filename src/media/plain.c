/* plain.c - what is no picture: kept byte for byte, and never looked into. */
#include "media/job.h"

bool plain_copy(struct job *j)
{
	if (!job_rest(j)) {
		return false;
	}
	return j->written > 0 || job_refuse(j, "empty_file", "The file is empty.");
}
