# say.sh - what the scripts tell the person at the terminal. Sourced by bash.
# shellcheck shell=bash

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	say_bold=$'\e[1m' say_green=$'\e[32m' say_red=$'\e[31m' say_dim=$'\e[2m'
	say_plain=$'\e[0m'
else
	say_bold='' say_green='' say_red='' say_dim='' say_plain=''
fi

# A step that was begun.
say()
{
	printf '%s\n' "${say_dim}·${say_plain} $*"
}

# A step that ended well.
say_done()
{
	printf '%s\n' "${say_green}✓${say_plain} $*"
}

say_warn()
{
	printf '%s\n' "${say_bold}!${say_plain} $*" >&2
}

say_error()
{
	printf '%s\n' "${say_red}✗${say_plain} $*" >&2
}
