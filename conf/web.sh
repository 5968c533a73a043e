# web.sh - lighttpd with the workers and the hub of one instance. Sourced by bash.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the variables are those of conf/instance

# as_lighttpd_string TEXT: in the quotes of its configuration.
as_lighttpd_string()
{
	printf '"%s"' "${1//\"/\\\"}"
}

# The descriptors lighttpd may have: as many as we are allowed, but 65535 at most, its
# setting being an unsigned short.
descriptors()
{
	local n
	n=$(ulimit -Hn)
	if [ "$n" = unlimited ] || [ "$n" -gt 65535 ]; then
		n=65535
	fi
	echo "$n"
}

# What differs between instances; the rest is in conf/lighttpd.conf. The settings of
# Palabre itself reach the programs through lighttpd's own environment, which it hands
# down to FastCGI programs, but not to CGI: hence the list.
write_lighttpd_conf()
{
	local name fds
	fds=$(descriptors)
	{
		echo '# Written by conf/instance at every start of lighttpd.'
		echo "var.root  = $(as_lighttpd_string "$root")"
		echo "var.build = $(as_lighttpd_string "$build")"
		echo "var.dir   = $(as_lighttpd_string "$var")"
		echo "var.cache = $(as_lighttpd_string "$PALABRE_CACHE")"
		case $bind in
		*:*) echo "server.bind = \"[${bind//[\[\]]/}]\"" ;;
		*) echo "server.bind = $(as_lighttpd_string "$bind")" ;;
		esac
		echo "server.port = $port"
		echo "server.max-fds = $fds"
		# A request to a worker or the hub takes two.
		echo "server.max-connections = $((fds / 2))"
		echo 'var.cgi_environment = ('
		while read -r name; do
			echo "	\"$name\" => env.$name,"
		done < <(compgen -e PALABRE_)
		echo ')'
		echo "include $(as_lighttpd_string "$conf/lighttpd.conf")"
		if [ "${PALABRE_ACCESS_LOG-off}" = on ]; then
			echo "include $(as_lighttpd_string "$conf/lighttpd-accesslog.conf")"
		fi
	} >"$var/lighttpd.conf.new" && mv "$var/lighttpd.conf.new" "$var/lighttpd.conf"
}

# The address by which this machine reaches the server.
local_host()
{
	case $bind in
	0.0.0.0 | '') echo 127.0.0.1 ;;
	:: | '[::]') echo ::1 ;;
	*) echo "${bind//[\[\]]/}" ;;
	esac
}

port_is_taken()
{
	(exec 3<>"/dev/tcp/$(local_host)/$port") 2>/dev/null
}

# Prints the HTTP status of /api/v1/status, nothing if there was no answer in 2 s.
# By bash's own sockets: curl may not be there.
status_code()
{
	# shellcheck disable=SC2016  # the inner shell's
	timeout 2 bash -c '
		exec 3<>"/dev/tcp/$1/$2" || exit
		printf "GET /api/v1/status HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3
		read -r _ status _ <&3 && echo "$status"
	' status "$(local_host)" "$port" 2>/dev/null
}

hub_is_up()
{
	local pid
	read -r pid 2>/dev/null <"$run/hub.pid" || return 1
	process_is "$pid" 'palabre-hub*' && alive "$pid"
}

web_tail()
{
	log_tail error
	log_tail palabre
}

# Waits until what clients need is there.
wait_for_web()
{
	local tenths=300 code='' pids
	until code=$(status_code) && [ "$code" = 200 ] && hub_is_up; do
		mapfile -t pids < <(find_lighttpd)
		if [ ${#pids[@]} -eq 0 ]; then
			say_error 'lighttpd ended while starting:'
			web_tail
			return 1
		fi
		mapfile -t pids < <(find_launch)
		if [ ${#pids[@]} -eq 0 ]; then
			say_error 'the workers or the hub could not be started:'
			web_tail
			return 1
		fi
		if [ $((tenths--)) -le 0 ]; then
			say_error "no good answer from $url after 30 s" \
				"(status: ${code:-none}, hub: $(hub_is_up && echo up || echo down))"
			web_tail
			return 1
		fi
		sleep 0.1
	done
}

running_port()
{
	sed -n 's/^server.port = //p' "$var/lighttpd.conf" 2>/dev/null
}

# The environment of what we start: the settings, and what the sanitizers' reports and
# times in messages depend on.
clean_environment()
{
	local name
	environment=(PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin)
	while read -r name; do
		environment+=("$name=${!name}")
	done < <(compgen -e | grep -E '^(PALABRE_.*|(A|UB|L)SAN_OPTIONS|TZ|LANG|LC_ALL)$')
}

# The workers and the hub, kept alive by build/launch.
start_programs()
{
	local pids pid tenths=100
	mapfile -t pids < <(find_launch)
	if [ ${#pids[@]} -gt 0 ]; then
		echo "${pids[0]}" >"$run/launch.pid"
		if [ ! -s "$run/hub.pid" ]; then
			mapfile -t pids < <(find_hub)
			[ ${#pids[@]} -gt 0 ] && echo "${pids[0]}" >"$run/hub.pid"
		fi
		return 0
	fi
	# Children of a killed launcher end by themselves, but not at once.
	end_processes 'the hub' 5 find_hub
	end_processes 'a worker' 5 find_workers
	rm -f "$run"/{hub,launch}.pid "$run/hub.wake" "$run"/{palabre,hub}.sock
	say 'starting the workers and the hub'
	setsid env -i "${environment[@]}" "$build/launch" "$run" "$build" \
		</dev/null >>"$log/palabre.log" 2>&1 9>&- &
	pid=$!
	disown "$pid"
	started_web=yes
	echo "$pid" >"$run/launch.pid"
	# lighttpd shuns for a second a socket it found missing.
	until [ -S "$run/hub.sock" ]; do
		if ! alive "$pid" || [ $((tenths--)) -le 0 ]; then
			say_error 'the workers and the hub could not be started:'
			web_tail
			return 1
		fi
		sleep 0.1
	done
}

# check_address: false if somebody else has our port, or we run on another already.
check_address()
{
	local pids
	mapfile -t pids < <(find_lighttpd)
	if [ ${#pids[@]} -gt 0 ]; then
		[ "$(running_port)" = "$port" ] && return 0
		say_error "$var is already running on port $(running_port):" \
			"stop it first (make stop VAR=$var)"
		return 1
	fi
	port_is_taken || return 0
	say_error "port $port on $bind is taken: choose another, e.g." \
		"make start PORT=$((port + 1))"
	return 1
}

start_lighttpd()
{
	local pids
	mapfile -t pids < <(find_lighttpd)
	if [ ${#pids[@]} -gt 0 ]; then
		echo "${pids[0]}" >"$run/lighttpd.pid"
		return 0
	fi
	write_lighttpd_conf || return 1
	rm -rf "$run/lighttpd.pid" "$var/tmp/upload" && mkdir "$var/tmp/upload" &&
		mkdir -p "$var/tmp/deflate"
	say "starting lighttpd on port $port"
	env -i "${environment[@]}" lighttpd -f "$var/lighttpd.conf" \
		</dev/null >>"$log/error.log" 2>&1 9>&-
	mapfile -t pids < <(find_lighttpd)
	if [ ${#pids[@]} -eq 0 ]; then
		say_error 'lighttpd did not start:'
		web_tail
		return 1
	fi
	started_web=yes
}

start_web()
{
	"$conf/publish" "$root/htdocs" "$var/htdocs" || return 1
	export PALABRE_DB_CNF="$var/db.cnf" PALABRE_RUN="$run"
	export PALABRE_DIE_WITH_PARENT=1
	export PALABRE_SENDFILE="${PALABRE_SENDFILE-on}" PALABRE_CACHE="${PALABRE_CACHE-$var/cache}"
	export PALABRE_HTDOCS="${PALABRE_HTDOCS-$var/htdocs}"
	clean_environment
	ulimit -n "$(descriptors)"
	start_programs && start_lighttpd && wait_for_web
}

# The programs first: the hub's `bye` goes out through lighttpd.
stop_web()
{
	end_processes 'the launcher' 8 find_launch
	end_processes 'the hub' 2 find_hub
	end_processes 'a worker' 2 find_workers
	end_processes lighttpd 5 find_lighttpd
	rm -f "$run"/{lighttpd,launch,hub}.pid "$run/hub.wake" "$run"/{palabre,hub}.sock
}
