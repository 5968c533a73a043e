# sizes.awk - no file longer than `lines`, no C function longer than `function_lines`
# (from its opening brace in column 0 to the closing one).

function finish_file() {
	if (last_file != "" && last_line > lines)
		printf "%s: %d lines, more than %d\n", last_file, last_line, lines
}

FNR == 1 {
	finish_file()
	last_file = FILENAME
	opened = 0
}

{ last_line = FNR }

function_lines && /^\{/ { opened = FNR }

function_lines && /^\}/ {
	if (opened && FNR - opened + 1 > function_lines)
		printf "%s:%d: a function of %d lines, more than %d\n",
			FILENAME, opened, FNR - opened + 1, function_lines
	opened = 0
}

END { finish_file() }
