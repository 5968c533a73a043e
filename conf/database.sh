# database.sh - the private MariaDB of one instance. Sourced by bash.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the variables are those of conf/instance

mariadb_socket()
{
	echo "$run/mariadbd.sock"
}

# random_password: 32 characters of the URL-safe base64 alphabet.
random_password()
{
	head -c 24 /dev/urandom | base64 | tr '+/' '-_'
}

# write_option_file FILE USER: an option file with a fresh password, unless it is there.
write_option_file()
{
	[ -s "$1" ] && return 0
	cat >"$1.new" <<END && mv "$1.new" "$1"
[client]
socket=$(mariadb_socket)
user=$2
password=$(random_password)
database=palabre
default-character-set=utf8mb4
END
}

password_in()
{
	sed -n 's/^password=//p' "$1"
}

# Run by the server itself at every start, before it listens: the accounts are always as
# the option files say, whatever was killed in between.
write_init_file()
{
	cat >"$run/init.sql" <<END
CREATE DATABASE IF NOT EXISTS palabre CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS root@localhost;
ALTER USER root@localhost IDENTIFIED BY '$(password_in "$var/db-admin.cnf")';
GRANT ALL PRIVILEGES ON *.* TO root@localhost WITH GRANT OPTION;
CREATE USER IF NOT EXISTS palabre@localhost;
ALTER USER palabre@localhost IDENTIFIED BY '$(password_in "$var/db.cnf")';
GRANT SELECT, INSERT, UPDATE, DELETE ON palabre.* TO palabre@localhost;
END
}

# install_database DIRECTORY: a data directory with nothing in it but the server's own.
# DB_TEMPLATE names a copy of one, made at the first call: tests start many instances.
install_database()
{
	if [ -d "${DB_TEMPLATE-}" ]; then
		cp -r --reflink=auto -- "$DB_TEMPLATE" "$1"
		return
	fi
	# --force: it need not find this host's name by DNS.
	mariadb-install-db --no-defaults --datadir="$1" --force \
		--skip-name-resolve --skip-test-db --auth-root-authentication-method=normal \
		--innodb-log-file-size=48M --tmpdir="$var/tmp" \
		"${mariadb_user[@]}" || return
	if [ "${DB_TEMPLATE-}" ]; then
		cp -r --reflink=auto -- "$1" "$DB_TEMPLATE.$$" || return
		# Another may have been quicker.
		mv -T -- "$DB_TEMPLATE.$$" "$DB_TEMPLATE" 2>/dev/null || rm -rf "$DB_TEMPLATE.$$"
	fi
}

# Creates the data directory beside its place and renames it when it is whole: one left
# half-made by a kill never gets the name.
create_database()
{
	[ -d "$var/db" ] && return 0
	say 'creating the private database'
	rm -rf "$var/db.new"
	if ! install_database "$var/db.new" >"$log/mariadb-install-db.log" 2>&1; then
		say_error 'mariadb-install-db failed:'
		tail -n 25 "$log/mariadb-install-db.log" >&2
		return 1
	fi
	sync -f "$var/db.new"
	mv "$var/db.new" "$var/db"
}

database_answers()
{
	mariadb --defaults-file="$var/db-admin.cnf" --connect-timeout=2 -BNe 'SELECT 1' \
		>/dev/null 2>&1
}

start_database()
{
	local pids pid tenths=1200
	mariadb_user=()
	[ "$(id -u)" -eq 0 ] && mariadb_user=(--user=root)
	mapfile -t pids < <(find_mariadbd)
	if [ ${#pids[@]} -gt 0 ] && [ -e "$run/mariadbd.sock" ] && database_answers; then
		[ -s "$run/mariadbd.pid" ] || echo "${pids[0]}" >"$run/mariadbd.pid"
		return 0
	fi
	# One without its socket, or half-way through installing.
	end_processes mariadbd 60 find_mariadbd
	rm -f "$run/mariadbd.pid" "$run/mariadbd.sock"
	create_database || return 1
	write_option_file "$var/db.cnf" palabre || return 1
	write_option_file "$var/db-admin.cnf" root || return 1
	write_init_file || return 1

	say 'starting MariaDB'
	setsid mariadbd --defaults-file="$conf/mariadb.cnf" --datadir="$var/db" \
		--socket="$(mariadb_socket)" --pid-file="$run/mariadbd.pid" \
		--tmpdir="$var/tmp" --init-file="$run/init.sql" "${mariadb_user[@]}" \
		</dev/null >>"$log/mariadbd.log" 2>&1 9>&- &
	pid=$!
	disown "$pid"
	started_database=yes
	until [ -S "$run/mariadbd.sock" ] && database_answers; do
		if ! alive "$pid"; then
			say_error 'MariaDB ended while starting:'
			log_tail mariadbd
			return 1
		fi
		# A big log to recover from after a crash takes its time.
		if [ $((tenths--)) -le 0 ]; then
			say_error 'MariaDB does not answer after 120 s:'
			log_tail mariadbd
			return 1
		fi
		sleep 0.1
	done
	rm -f "$run/init.sql"
}

migrate_database()
{
	local output
	output=$(PALABRE_DB_CNF="$var/db-admin.cnf" PALABRE_RUN="$run" \
		"$build/palabrectl" migrate 2>&1 9>&-) && return 0
	say_error 'the schema could not be brought up to date:'
	printf '%s\n' "$output" >&2
	return 1
}

stop_database()
{
	end_processes mariadbd 60 find_mariadbd
	rm -f "$run/mariadbd.pid" "$run/mariadbd.sock" "$run/init.sql"
}
