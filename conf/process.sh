# process.sh - finds and ends the programs of one instance. Sourced by bash.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the variables are those of conf/instance
#
# A pid file is a hint: after kill -9 or a crash of the machine its number may belong to
# anybody. A process is ours only if its own memory says so: the path of our instance
# stands in its command line (lighttpd, mariadbd) or environment (workers, hub).

# process_is PID PROGRAM: whether /proc/PID/exe is a program of that name.
process_is()
{
	local exe
	exe=$(readlink "/proc/$1/exe" 2>/dev/null) || return 1
	exe=${exe% (deleted)}
	# shellcheck disable=SC2053  # a pattern
	[[ ${exe##*/} == $2 ]]
}

# find_by FILE LINE PROGRAM: the pids of PROGRAM in whose /proc/PID/FILE one of the
# NUL-ended strings is LINE. A zombie has an empty one.
find_by()
{
	local paths link pid exe
	mapfile -t paths < <(grep -lszxF -e "$2" /proc/[0-9]*/"$1" 2>/dev/null)
	[ ${#paths[@]} -gt 0 ] || return 0
	# All at once: a process for each would be most of the work.
	while read -r link; do
		pid=${link#\'/proc/}
		exe=${link#*\' -> \'}
		exe=${exe%\'}
		exe=${exe% (deleted)}
		# shellcheck disable=SC2053  # a pattern
		[[ ${exe##*/} == $3 ]] && echo "${pid%%/*}"
	done < <(QUOTING_STYLE=shell-escape-always stat -c %N -- "${paths[@]/%"/$1"//exe}" 2>/dev/null)
}

find_lighttpd()
{
	find_by cmdline "$var/lighttpd.conf" 'lighttpd*'
}

find_mariadbd()
{
	find_by cmdline "--datadir=$var/db" 'm*d'
	find_by cmdline "--datadir=$var/db.new" 'm*d'
}

find_launch()
{
	find_by environ "PALABRE_RUN=$run" 'launch'
}

find_hub()
{
	find_by environ "PALABRE_RUN=$run" 'palabre-hub*'
}

# The workers, their master, and CGI programs.
find_workers()
{
	find_by environ "PALABRE_RUN=$run" 'palabre.*'
}

# alive PID…: whether one of them is there still. A zombie is not.
alive()
{
	local pid stat
	for pid; do
		stat=''
		{ read -r -d '' stat <"/proc/$pid/stat"; } 2>/dev/null
		[ "$stat" ] || continue
		stat=${stat##*) }
		[[ $stat == [ZX]* ]] || return 0
	done
	return 1
}

# wait_gone SECONDS PID…: false if one is left after that time.
wait_gone()
{
	local tenths=$(($1 * 10))
	shift
	while alive "$@"; do
		[ $((tenths--)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# end_processes NAME SECONDS FINDER [SIGNAL]: ends what FINDER finds, by SIGKILL once
# SECONDS are over.
end_processes()
{
	local pids
	mapfile -t pids < <("$3")
	[ ${#pids[@]} -gt 0 ] || return 0
	kill "-${4:-TERM}" "${pids[@]}" 2>/dev/null
	wait_gone "$2" "${pids[@]}" && return 0
	mapfile -t pids < <("$3")
	[ ${#pids[@]} -gt 0 ] || return 0
	say_warn "$1 (${pids[*]}) did not end within $2 s: killed"
	kill -KILL "${pids[@]}" 2>/dev/null
	wait_gone 5 "${pids[@]}"
}
