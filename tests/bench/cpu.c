/* cpu.c - reads /proc/PID/stat (proc(5)): fields 14 and 15, in clock ticks. */
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cpu_add(struct cpu *cpu, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || cpu->count == CPU_GROUPS) {
		return false;
	}
	struct cpu_group *g = &cpu->groups[cpu->count++];
	*g = (struct cpu_group){ .count = 0 };
	snprintf(g->name, sizeof g->name, "%.*s", (int)(equals - text), text);
	for (const char *at = equals + 1; *at && g->count < CPU_PIDS;) {
		char *end;
		long pid = strtol(at, &end, 10);
		if (end == at || pid <= 0) {
			return false;
		}
		g->pids[g->count++] = (pid_t)pid;
		at = *end == ',' ? end + 1 : end;
	}
	return g->count > 0;
}

/* The name in the second field may hold anything: what counts begins after its ')'. */
static int64_t ticks_of(pid_t pid)
{
	char path[64], line[1024];
	unsigned long user = 0, kernel = 0;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	if (!f) {
		return 0;
	}
	size_t n = fread(line, 1, sizeof line - 1, f);
	fclose(f);
	line[n] = '\0';
	const char *rest = strrchr(line, ')');
	if (!rest ||
	    sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		   &user, &kernel) != 2) {
		return 0;
	}
	return (int64_t)(user + kernel);
}

static int64_t total_ms(const struct cpu_group *g)
{
	int64_t ticks = 0;

	for (int i = 0; i < g->count; i++) {
		ticks += ticks_of(g->pids[i]);
	}
	return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

void cpu_start(struct cpu *cpu)
{
	for (int i = 0; i < cpu->count; i++) {
		cpu->groups[i].used_ms = -total_ms(&cpu->groups[i]);
	}
}

void cpu_stop(struct cpu *cpu)
{
	for (int i = 0; i < cpu->count; i++) {
		cpu->groups[i].used_ms += total_ms(&cpu->groups[i]);
	}
}
