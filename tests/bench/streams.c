/* streams.c - a load generator: opens SSE streams, sends messages, times each delivery.
 *
 *	streams -p PORT -t TOKENS -n STREAMS [-r ROOM -s SENDERS -R RATE -d SECONDS -w
 *WARM-UP]
 *		[-c NAME=PID,PID …]
 *	streams -p PORT -t TOKENS -n STREAMS -i
 *
 * TOKENS is a file with a token a line; a stream takes each in turn. RATE is messages a
 * second of all senders together, 0 as fast as they are answered. With -i it only holds
 *the streams open until its input ends. Prints one line of JSON when the streams are
 *open, and one with what it measured. */
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "cpu.h"
#include "reader.h"
#include "sender.h"

#define SECOND UINT64_C(1000000000)
/* Streams being opened at a time. */
#define OPENING 64
#define OPEN_SECONDS 60
/* How long what is under way may still take at the end. */
#define PATIENCE_SECONDS 3
#define EVENTS_AT_ONCE 256

struct options {
	const char *tokens;
	int streams, senders, rate;
	double seconds, warm_up;
	bool idle;
};

struct load {
	struct bench bench;
	struct cpu cpu;
	struct options options;
	struct reader *readers;
	struct sender *senders;
};

static void load_tokens(struct bench *b, const char *path)
{
	FILE *f = path ? fopen(path, "r") : NULL;
	char line[256];

	if (!f) {
		bench_die("no file of tokens");
	}
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		b->tokens = realloc(b->tokens,
				    (size_t)(b->token_count + 1) * sizeof *b->tokens);
		if (!b->tokens || !(b->tokens[b->token_count++] = strdup(line))) {
			abort();
		}
	}
	fclose(f);
	if (b->token_count == 0) {
		bench_die("%s: no tokens", path);
	}
}

static void parse_options(struct load *l, int argc, char **argv)
{
	struct options *o = &l->options;
	int c;

	*o = (struct options){ .senders = 1, .rate = 50, .seconds = 8, .warm_up = 1 };
	while ((c = getopt(argc, argv, "p:t:n:r:s:R:d:w:c:i")) != -1) {
		long n = optarg ? strtol(optarg, NULL, 10) : 0;
		switch (c) {
		case 'p':
			l->bench.port = (uint16_t)n;
			break;
		case 't':
			o->tokens = optarg;
			break;
		case 'n':
			o->streams = (int)n;
			break;
		case 'r':
			l->bench.room = n;
			break;
		case 's':
			o->senders = (int)n;
			break;
		case 'R':
			o->rate = (int)n;
			break;
		case 'd':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'w':
			o->warm_up = strtod(optarg, NULL);
			break;
		case 'i':
			o->idle = true;
			break;
		case 'c':
			if (cpu_add(&l->cpu, optarg)) {
				break;
			}
			bench_die("-c NAME=PID,PID");
		default:
			exit(2);
		}
	}
}

/* Waits up to ms and handles what is ready. */
static void turn(struct load *l, int ms)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int n = epoll_wait(l->bench.epoll, events, EVENTS_AT_ONCE, ms);

	for (int i = 0; i < n; i++) {
		struct endpoint *e = events[i].data.ptr;
		if (e->kind == ENDPOINT_READER) {
			reader_readable(&l->bench, (struct reader *)e);
		} else {
			sender_readable(&l->bench, (struct sender *)e);
		}
	}
}

static void open_streams(struct load *l)
{
	struct bench *b = &l->bench;
	uint64_t begin = bench_now();
	int n = l->options.streams;

	l->readers = calloc((size_t)n + 1, sizeof *l->readers);
	if (!l->readers) {
		abort();
	}
	for (int asked = 0; b->open < n;) {
		while (asked < n && asked - b->open < OPENING) {
			reader_start(b, &l->readers[asked],
				     b->tokens[asked % b->token_count]);
			asked++;
		}
		turn(l, 100);
		if (b->lost || bench_now() - begin > OPEN_SECONDS * SECOND) {
			bench_die("%d of %d streams opened, %d ended", b->open, n,
				  b->lost);
		}
	}
	printf("{\"open\":%d,\"open_ms\":%" PRIu64 "}\n", b->open,
	       (bench_now() - begin) / 1000000);
	fflush(stdout);
}

static void send_with_all(struct load *l)
{
	for (int i = 0; i < l->options.senders; i++) {
		if (!l->senders[i].busy) {
			sender_send(&l->bench, &l->senders[i]);
		}
	}
}

/* False when all of them wait for an answer. */
static bool send_with_one(struct load *l)
{
	for (int i = 0; i < l->options.senders; i++) {
		if (!l->senders[i].busy) {
			sender_send(&l->bench, &l->senders[i]);
			return true;
		}
	}
	return false;
}

/* Until the time is over; the counters of the processes are marked when measuring begins.
 */
static void run(struct load *l)
{
	struct bench *b = &l->bench;
	const struct options *o = &l->options;
	uint64_t every = o->rate ? SECOND / (uint64_t)o->rate : 0;
	uint64_t due = bench_now();
	bool marked = false;

	for (uint64_t now = due; now < b->measure_to; now = bench_now()) {
		if (!marked && now >= b->measure_from) {
			marked = true;
			cpu_start(&l->cpu);
		}
		if (!every) {
			send_with_all(l);
		} else if (now >= due && send_with_one(l)) {
			due += every;
		}
		uint64_t wait = every && due > now ? due - now : SECOND / 1000;
		turn(l, every ? (int)((wait + SECOND / 1000 - 1) / (SECOND / 1000)) : 1);
	}
}

static void drain(struct load *l)
{
	struct bench *b = &l->bench;
	uint64_t until = bench_now() + PATIENCE_SECONDS * SECOND;
	uint64_t wanted = b->sent * (uint64_t)l->options.streams;

	while (b->arrived < wanted && bench_now() < until) {
		turn(l, 10);
	}
}

static void report(const struct load *l)
{
	const struct bench *b = &l->bench;
	const struct samples *d = &b->delays;
	uint64_t wanted = b->sent * (uint64_t)l->options.streams;

	printf("{\"streams\":%d,\"seconds\":%g,\"sent\":%" PRIu64 ",\"refused\":%" PRIu64
	       ",\"deliveries\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"missing\":%" PRIu64
	       ",\"lost_streams\":%d,",
	       l->options.streams, l->options.seconds, b->sent, b->refused, b->in_time,
	       b->bytes, wanted - b->arrived, b->lost);
	printf("\"p50_us\":%" PRIu64 ",\"p90_us\":%" PRIu64 ",\"p99_us\":%" PRIu64
	       ",\"max_us\":%" PRIu64 ",",
	       samples_per_mille(d, 500), samples_per_mille(d, 900),
	       samples_per_mille(d, 990), d->max_us);
	printf("\"send_p50_us\":%" PRIu64 ",\"send_p99_us\":%" PRIu64 ",\"cpu_ms\":{",
	       samples_per_mille(&b->round_trips, 500),
	       samples_per_mille(&b->round_trips, 990));
	for (int i = 0; i < l->cpu.count; i++) {
		printf("%s\"%s\":%" PRId64, i ? "," : "", l->cpu.groups[i].name,
		       l->cpu.groups[i].used_ms);
	}
	printf("}}\n");
}

static void measure(struct load *l)
{
	struct bench *b = &l->bench;
	const struct options *o = &l->options;

	l->senders = calloc((size_t)o->senders + 1, sizeof *l->senders);
	if (!l->senders) {
		abort();
	}
	for (int i = 0; i < o->senders; i++) {
		sender_start(b, &l->senders[i], b->tokens[i % b->token_count]);
	}
	samples_init(&b->delays);
	samples_init(&b->round_trips);
	b->measure_from = bench_now() + (uint64_t)(o->warm_up * 1e9);
	b->measure_to = b->measure_from + (uint64_t)(o->seconds * 1e9);
	run(l);
	cpu_stop(&l->cpu);
	drain(l);
	report(l);
	samples_finish(&b->delays);
	samples_finish(&b->round_trips);
}

static void hold(struct load *l)
{
	struct endpoint input = { .kind = ENDPOINT_READER, .fd = STDIN_FILENO };
	struct epoll_event watch = { .events = EPOLLIN, .data.ptr = &input };
	struct epoll_event events[EVENTS_AT_ONCE];

	epoll_ctl(l->bench.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &watch);
	for (;;) {
		int n = epoll_wait(l->bench.epoll, events, EVENTS_AT_ONCE, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &input) {
				printf("{\"lost_streams\":%d}\n", l->bench.lost);
				return;
			}
			reader_readable(&l->bench, events[i].data.ptr);
		}
	}
}

int main(int argc, char **argv)
{
	static struct load l;
	struct rlimit limit;

	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	parse_options(&l, argc, argv);
	load_tokens(&l.bench, l.options.tokens);
	l.bench.epoll = epoll_create1(EPOLL_CLOEXEC);
	open_streams(&l);
	if (l.options.idle) {
		hold(&l);
	} else {
		measure(&l);
	}
	return 0;
}
