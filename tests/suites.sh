# suites.sh - the suites of `make test`, a function each. Sourced by tests/run.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2317  # variables and calls are those of tests/run
#
# A suite writes what happened to its output and adds to suite_passed and suite_failed.

# count STATUS: one check, passed if STATUS is 0.
count()
{
	if [ "$1" -eq 0 ]; then
		suite_passed=$((suite_passed + 1))
	else
		suite_failed=$((suite_failed + 1))
	fi
}

# build_with ARGUMENT…: make with these; its output counts only if it fails.
build_with()
{
	make -j"$(nproc)" "$@" && return 0
	echo "make $* failed"
	return 1
}

# Counts "ok" and "not ok" lines of FILE against the plan; the exit STATUS must agree.
# One more failure stands for what crashed before it could say so.
count_tap()
{
	local file=$1 status=$2 good bad skipped planned
	good=$(grep -c '^ok ' "$file")
	# cmocka says "not ok" of what was skipped.
	skipped=$(grep -ciE '^(not )?ok .*# skip' "$file")
	good=$((good - $(grep -ciE '^ok .*# skip' "$file")))
	bad=$(grep '^not ok ' "$file" | grep -vci '# skip')
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$file" | awk '{ n += $1 } END { print n + 0 }')
	suite_passed=$((suite_passed + good))
	suite_failed=$((suite_failed + bad))
	if [ $((good + bad + skipped)) -ne "$planned" ] || [ "$planned" -eq 0 ] ||
		{ [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		echo "$file: exit status $status, $planned planned, $((good + bad)) ran"
		suite_failed=$((suite_failed + 1))
	fi
}

# run_programs PROGRAM…: cmocka programs; only the output of failing ones is shown.
run_programs()
{
	local program out status before
	for program; do
		[[ -z $only || $program =~ $only ]] || continue
		out=$PALABRE_TEST_DIR/${program##*/}.tap
		CMOCKA_MESSAGE_OUTPUT=tap timeout -k 10 120 "$program" >"$out" 2>&1
		status=$?
		before=$suite_failed
		count_tap "$out" "$status"
		[ "$suite_failed" -eq "$before" ] || { echo "--- $program" && cat "$out"; }
	done
}

# programs_of BUILD DIRECTORY: the cmocka programs that `make tests` makes of it.
programs_of()
{
	local source
	for source in "$2"/test_*.c; do
		[ -f "$source" ] && echo "$1/${source%.c}"
	done
}

# run_files FILES-AT-A-TIME LIST: leaves what each said, and its exit status, beside it.
run_files()
{
	# A file that hangs is ended, and counts as failed.
	# shellcheck disable=SC2016  # the dollar signs are the inner shell's
	xargs -r -a "$2" -P "$1" -I '{}' bash -c '
		name=$1/$(echo "$2" | tr / _)
		timeout -k 10 900 node --test --test-reporter=spec \
			--test-reporter-destination=stdout --test-reporter=tap \
			--test-reporter-destination="$name.tap" "$2" >"$name.out" 2>&1
		echo $? >"$name.status"' run "$PALABRE_TEST_DIR" '{}'
}

# Files that take longer than their size tells.
slow='/(selftest|throttle|presence|network|outage|tell)[.]test[.]js$'

# run_node FILES-AT-A-TIME DIRECTORY…: node's test runner, a process for each file, those
# that take longest first: mostly the largest.
run_node()
{
	local at_a_time=$1 file name
	shift
	find "$@" -name node_modules -prune -o \
		\( -name '*.test.js' -o -name '*.test.mjs' \) -printf '%s %p\n' 2>/dev/null |
		awk -v slow="$slow" '{ print ($2 ~ slow) * 1000000 + $1, $2 }' |
		sort -rn | cut -d ' ' -f 2- | grep -E -- "${only:-.}" >"$PALABRE_TEST_DIR/files"
	run_files "$at_a_time" "$PALABRE_TEST_DIR/files"
	if [ "${again_alone-}" ]; then
		while read -r file; do
			[ "$(cat "$PALABRE_TEST_DIR/$(echo "$file" | tr / _).status")" = 0 ] || echo "$file"
		done <"$PALABRE_TEST_DIR/files" >"$PALABRE_TEST_DIR/again"
		sed 's/^/failed, and run once more, alone: /' "$PALABRE_TEST_DIR/again"
		run_files 1 "$PALABRE_TEST_DIR/again"
	fi
	while read -r file; do
		name=$PALABRE_TEST_DIR/$(echo "$file" | tr / _)
		count_node "$file" "$name"
	done <"$PALABRE_TEST_DIR/files"
}

# count_node FILE NAME: what node said at the end of NAME.tap.
count_node()
{
	local status good bad
	status=$(cat "$2.status" 2>/dev/null || echo 1)
	good=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$2.tap" 2>/dev/null | tail -n 1)
	bad=$(awk '/^# (fail|cancelled) [0-9]+$/ { n += $3 } END { print n + 0 }' "$2.tap" 2>/dev/null)
	good=${good:-0} bad=${bad:-0}
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		echo "$1: exit status $status"
		bad=1
	elif [ $((good + bad)) -eq 0 ]; then
		echo "$1: ran no test"
		bad=1
	fi
	suite_passed=$((suite_passed + good))
	suite_failed=$((suite_failed + bad))
	if [ "$bad" -gt 0 ]; then
		echo "--- $1"
		# Without what went well.
		grep -vE '^ *(✔|ℹ)' "$2.out"
	fi
}

# Instances a suite did not stop are stopped; what a sanitizer said in one is a failure.
note_leftovers()
{
	local dir reports
	for dir in "$PALABRE_TEST_DIR"/*/; do
		[ -d "${dir}run" ] || continue
		VAR=${dir%/} conf/instance stop >/dev/null 2>&1
		reports=$(cat "${dir}"log/sanitizer* 2>/dev/null)
		if [ "$reports" ]; then
			echo "a sanitizer reported in ${dir}log:"
			printf '%s\n' "$reports" | head -n 100
			count 1
		fi
		if [ "$suite_failed" -gt 0 ]; then
			mkdir -p "$logs/instances/$suite"
			cp -r "${dir}log" "$logs/instances/$suite/$(basename "$dir")"
		fi
	done
	rm -rf "$PALABRE_TEST_DIR"
}

# run_suite_script NAME: a suite of its own making, which prints "N passed, N failed" last.
run_suite_script()
{
	local out=$PALABRE_TEST_DIR/out status line
	"tests/$1/run" >"$out" 2>&1
	status=$?
	cat "$out"
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out" | tail -n 1)
	read -r good _ bad _ <<<"${line:-0 passed, 0 failed}"
	suite_passed=$((suite_passed + good))
	suite_failed=$((suite_failed + bad))
	if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		count "$status"
	fi
}

# --- the suites -----------------------------------------------------------------------

suite_lint()
{
	local out=$PALABRE_TEST_DIR/lint
	conf/node-packages
	tests/lint/run >"$out" 2>&1
	grep -v '^ok ' "$out"
	suite_passed=$(grep -c '^ok ' "$out")
	suite_failed=$(grep -c '^not ok ' "$out")
}

suite_build()
{
	build_with build tests
	count $?
	build_with SAN=1 build tests
	count $?
}

# The other compiler has other warnings.
suite_clang()
{
	build_with CC=clang BUILD=build-clang build tests
	count $?
}

suite_unit()
{
	build_with tests || { count 1; return; }
	mapfile -t programs < <(programs_of build tests/unit)
	run_programs "${programs[@]}"
}

suite_unit-san()
{
	build_with SAN=1 tests || { count 1; return; }
	mapfile -t programs < <(programs_of build-asan tests/unit)
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
		run_programs "${programs[@]}"
}

# Every statement against a database just migrated.
suite_sql()
{
	local var=$PALABRE_TEST_DIR/sql
	build_with build tests || { count 1; return; }
	mapfile -t programs < <(programs_of build tests/sql)
	[ ${#programs[@]} -gt 0 ] || return
	if ! VAR=$var conf/instance database; then
		count 1
		return
	fi
	PALABRE_DB_CNF=$var/db.cnf PALABRE_DB_ADMIN_CNF=$var/db-admin.cnf \
		PALABRE_RUN=$var/run run_programs "${programs[@]}"
}

suite_js()
{
	conf/node-packages || { count 1; return; }
	run_node "$jobs" tests/js tests/survey
}

# Each reply is also held to the description of the API.
suite_api()
{
	conf/node-packages || { count 1; return; }
	build_with build || { count 1; return; }
	PALABRE_BUILD=build NODE_OPTIONS="--import $root/tests/contract/watch.js" \
		run_node "$jobs" tests/api
}

suite_api-san()
{
	build_with SAN=1 build || { count 1; return; }
	PALABRE_BUILD=build-asan run_node "$jobs" tests/api
}

# The description of the API against the route table and against real replies.
suite_contract()
{
	conf/node-packages || { count 1; return; }
	build_with build || { count 1; return; }
	PALABRE_BUILD=build run_node "$jobs" tests/contract
}

# People at work, who wait now and then: one file more at a time than processors.
suite_e2e()
{
	conf/node-packages || { count 1; return; }
	build_with build || { count 1; return; }
	# A browser that others keep from its turn is judged again when it has the machine.
	local again_alone=yes
	PALABRE_BUILD=build run_node $(($(nproc) + 1)) tests/e2e
}

# The same with the whole browser, its windows unseen, the service worker everywhere, and
# every pair of size and theme.
suite_chromium()
{
	conf/node-packages || { count 1; return; }
	build_with build || { count 1; return; }
	local again_alone=yes
	PALABRE_BUILD=build CHROMIUM=/usr/bin/chromium LOOK=all WORKER=all run_node 2 tests/e2e
}

# A Postman collection made of the description, run by newman. Their packages, which are
# many, are installed for this alone.
suite_postman()
{
	conf/node-packages tests/postman || { count 1; return; }
	build_with build || { count 1; return; }
	PALABRE_BUILD=build run_node 1 tests/postman
}

# Lighthouse, how a long history goes by, and the page in Firefox. Their packages, which are many, are installed for
# this alone.
suite_browsers()
{
	conf/node-packages tests/browsers || { count 1; return; }
	build_with build || { count 1; return; }
	PALABRE_BUILD=build run_node 1 tests/browsers
}

suite_fuzz()
{
	build_with fuzzers || { count 1; return; }
	run_suite_script fuzz
}

suite_net()
{
	run_suite_script net
}
