# Makefile - builds Palabre, runs a private instance of it, tests it.
#
#   make run     everything from a fresh checkout, then the URL; ^C stops it
#   make test    every test that CI runs
#   make help    the other targets

VERSION := 0.1.0

BUILD ?= $(if $(SAN),build-asan,build)
VAR   ?= var
PORT  ?= 8080
BIND  ?= 127.0.0.1

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
ifeq (0,$(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)))
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory

# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))

# --- flags ---------------------------------------------------------------------------

ifeq ($(origin CC),default)
CC := gcc
endif
AR ?= ar

WARNINGS := -Wall -Wextra -Werror -Wformat=2 -Wvla -Wstrict-prototypes \
	-Wmissing-prototypes
ifdef SAN
# One report ends the program, so that a test cannot pass over it.
OPTIMISE := -O1 -fno-omit-frame-pointer
HARDEN   := -fsanitize=address,undefined -fno-sanitize-recover=all
LINK_HARDEN := $(HARDEN)
else
OPTIMISE := -O2
HARDEN   := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LINK_HARDEN := -Wl,-z,relro,-z,now -Wl,--as-needed
endif
ifdef FUZZ
HARDEN   += -fsanitize=fuzzer-no-link
endif

# Asked for when first needed: the package may not be there when make starts.
MARIADB_CFLAGS = $(eval MARIADB_CFLAGS := $$(shell mariadb_config --include \
	2>/dev/null || echo -I/usr/include/mariadb))$(MARIADB_CFLAGS)

CFLAGS ?=
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(OPTIMISE) -g $(WARNINGS) -fPIE $(HARDEN) \
	-Isrc -I$(BUILD)/gen $(MARIADB_CFLAGS) -DPALABRE_VERSION='"$(VERSION)"' $(CFLAGS)
ALL_LDFLAGS = -pie $(LINK_HARDEN) $(LDFLAGS)
LIBS := -lfcgi -lmariadb -ljson-c -lscrypt -lcrypto -lev -ltalloc -lutf8proc -lz -lcurl -pthread

# --- what there is -------------------------------------------------------------------

SOURCES  := $(wildcard src/*/*.c)
PROGRAMS := $(filter-out cgi-bin/palabre-thumb.c,$(wildcard cgi-bin/*.c))
UNIT     := $(wildcard tests/unit/test_*.c)
SQLTEST  := $(wildcard tests/sql/test_*.c)
FUZZERS  := $(wildcard tests/fuzz/fuzz_*.c)
QUERIES  := $(sort $(wildcard schema/queries/*.sql))
MIGRATIONS := $(sort $(wildcard schema/[0-9]*.sql))

GENERATED := $(if $(wildcard src/db/queries.awk),queries.h queries.c) \
	$(if $(wildcard src/db/migrations.awk),migrations.c) \
	$(if $(wildcard src/ctl/advice.awk),advice.c)
GENERATED := $(addprefix $(BUILD)/gen/,$(GENERATED))

# What is not a program of the web server's is named without .fcgi.
name_of   = $(if $(filter cgi-bin/palabrectl.c,$(1)),palabrectl,$(notdir $(1:.c=.fcgi)))
BINARIES := $(foreach p,$(PROGRAMS),$(BUILD)/$(call name_of,$(p)))
BINARIES += $(if $(filter cgi-bin/palabre.c,$(PROGRAMS)),$(BUILD)/palabre.cgi)
BINARIES += $(BUILD)/launch $(BUILD)/palabre-thumb
LIBRARY  := $(BUILD)/libpalabre.a
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o) \
	$(patsubst %.c,%.o,$(filter %.c,$(GENERATED)))
TESTS    := $(patsubst %.c,$(BUILD)/%,$(UNIT) $(SQLTEST))
TEST_OBJECTS := $(addsuffix .o,$(TESTS))
PROGRAM_OBJECTS := $(PROGRAMS:%.c=$(BUILD)/%.o) $(BUILD)/conf/launch.o \
	$(BUILD)/cgi-bin/palabre-thumb.o

# --- the usual targets ---------------------------------------------------------------

.PHONY: all build tests run start stop status test check net bench lint format fuzz \
	fuzzers clean distclean help packages-build packages-test packages-check FORCE

all: packages-build
	$(Q)$(MAKE) build

build: $(BINARIES)

tests: $(TESTS)

run: packages-build
	$(Q)$(MAKE) build
	@exec conf/instance run

start: packages-build
	$(Q)$(MAKE) build
	@exec conf/instance start

stop:
	@exec conf/instance stop

status:
	@exec conf/instance status

test: packages-test
	@exec tests/run $(SUITE)

check: packages-check
	@PALABRE_CHECK=1 exec tests/run $(SUITE)

net: packages-check
	@exec tests/net/run

bench: packages-check
	$(Q)$(MAKE) build
	@if [ -x tests/bench/run ]; then exec tests/bench/run; \
	else echo 'make bench: tests/bench/run is not there'; exit 1; fi

lint: packages-test
	@conf/node-packages
	@exec tests/lint/run

format:
	clang-format -i $(wildcard src/*/*.[ch] cgi-bin/*.[ch] conf/*.[ch] tests/*/*.[ch])

fuzzers: packages-test
	$(Q)$(MAKE) CC=clang SAN=1 FUZZ=1 BUILD=build-fuzz \
		$(FUZZERS:%.c=build-fuzz/%)

fuzz: fuzzers
	@if [ -x tests/fuzz/run ]; then exec tests/fuzz/run; \
	else echo 'make fuzz: tests/fuzz/run is not there'; exit 1; fi

clean:
	rm -rf build build-asan build-clang build-fuzz

distclean: clean
	@conf/instance stop
	rm -rf node_modules '$(VAR)'

help:
	@echo 'make          install what the build needs, build into $(BUILD)/'
	@echo 'make run      build and run on http://$(BIND):$(PORT)/, ^C stops everything'
	@echo 'make start    the same in the background;  make stop  ends it'
	@echo 'make test     every test;  make test SUITE=api  one suite (see tests/run)'
	@echo 'make check    test, then the long ones: fuzzing, hostile networks, Postman'
	@echo 'make bench    the benchmarks'
	@echo 'make lint     style and layering;  make format  lets clang-format fix it'
	@echo 'make clean    removes the build directories;  distclean  the instance too'
	@echo
	@echo 'PORT=8080 BIND=127.0.0.1 VAR=var  where it runs      CC=clang  the compiler'
	@echo 'SAN=1  with sanitizers, into build-asan/  V=1  show commands  BUILD=dir'

packages-build packages-test packages-check: packages-%:
	@conf/packages $*

# For the scripts that start an instance.
export VAR PORT BIND BUILD

# --- rules ---------------------------------------------------------------------------

# Whatever changes the flags or the compiler rebuilds everything.
FLAGS_NOW = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS_NOW))' > $@

$(OBJECTS) $(PROGRAM_OBJECTS) $(TEST_OBJECTS): $(BUILD)/flags | $(GENERATED)

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/queries.h: src/db/queries.awk $(QUERIES)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -f src/db/queries.awk -v out=header $(QUERIES) > $@

$(BUILD)/gen/queries.c: src/db/queries.awk $(QUERIES)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -f src/db/queries.awk -v out=source $(QUERIES) > $@

$(BUILD)/gen/migrations.c: src/db/migrations.awk $(MIGRATIONS)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -f src/db/migrations.awk $(MIGRATIONS) > $@

# One text for the page and for palabrectl.
$(BUILD)/gen/advice.c: src/ctl/advice.awk htdocs/js/net/advice.js
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)awk -f src/ctl/advice.awk htdocs/js/net/advice.js > $@

# Made anew each time (an object whose source is gone must not linger in it), by q: r
# would keep one only of two objects of the same name. The list of
# members is kept beside it, so that a removed source alone makes a new archive too.
$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(OBJECTS) | cmp -s - $@ || printf '%s\n' $(OBJECTS) > $@

$(LIBRARY): $(OBJECTS) $(BUILD)/objects
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) qcs $@ $(OBJECTS)

define program
$(BUILD)/$(call name_of,$(1)): $(BUILD)/$(1:.c=.o) $(LIBRARY)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_LDFLAGS) -o $$@ $$< $$(LIBRARY) $$(LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

# The same program; lighttpd and Apache tell CGI by the name.
$(BUILD)/palabre.cgi: $(BUILD)/palabre.fcgi
	$(Q)ln -f $< $@

# Owns the FastCGI sockets of a private instance.
$(BUILD)/launch: $(BUILD)/conf/launch.o
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $<

# Decoders are its alone. Never with sanitizers: they need what its cage forbids.
$(BUILD)/palabre-thumb $(BUILD)/cgi-bin/palabre-thumb.o: HARDEN := \
	-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
$(BUILD)/palabre-thumb: LINK_HARDEN := -Wl,-z,relro,-z,now -Wl,--as-needed
$(BUILD)/palabre-thumb: $(BUILD)/cgi-bin/palabre-thumb.o
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< -lgd -lseccomp

$(TESTS): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) $(LIBS) -lcmocka

$(FUZZERS:%.c=$(BUILD)/%): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(LIBS)

# Made on the way, and wanted again the next time.
.SECONDARY:

-include $(OBJECTS:.o=.d) $(PROGRAM_OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d)
