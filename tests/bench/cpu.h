/* cpu.h - the processor time that groups of processes used. */
#ifndef PALABRE_BENCH_CPU_H
#define PALABRE_BENCH_CPU_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CPU_GROUPS 8
#define CPU_PIDS 64

struct cpu_group {
	char name[32];
	pid_t pids[CPU_PIDS];
	int count;
	int64_t used_ms; /* user and system time, between cpu_start() and cpu_stop() */
};

struct cpu {
	struct cpu_group groups[CPU_GROUPS];
	int count;
};

/* "hub=17" or "workers=18,19". False where it is not of that form. */
bool cpu_add(struct cpu *cpu, const char *text);

void cpu_start(struct cpu *cpu);
void cpu_stop(struct cpu *cpu);

#endif
