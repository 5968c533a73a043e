# braces.awk - a body always has braces: what clang-format 14 cannot ask for.

# Counts parentheses outside strings and comments, over as many lines as they take.
function depth_of(line) {
	gsub(/"([^"\\]|\\.)*"/, "", line)
	gsub(/'([^'\\]|\\.)*'/, "", line)
	sub(/\/\*.*\*\//, "", line)
	sub(/\/\/.*/, "", line)
	text = line
	return gsub(/\(/, "(", line) - gsub(/\)/, ")", line)
}

FNR == 1 { open = 0; waiting = 0 }

# The macro bodies of other people's loops have a backslash at the end of the line.
{ line = $0; sub(/[ \t]*\\$/, "", line) }

waiting {
	depth += depth_of(line)
	if (depth > 0)
		next
	waiting = 0
	if (text !~ /\{[ \t]*$/ && text !~ /;[ \t]*$/)
		printf "%s:%d: a body without braces\n", FILENAME, start
	next
}

line ~ /^[ \t]*(\} )?(else )?(if|for|while) \(/ {
	depth = depth_of(line)
	start = FNR
	if (depth > 0) {
		waiting = 1
	} else if (text !~ /\{[ \t]*$/ && text !~ /^[ \t]*\} while/ && text !~ /\{.*\}/) {
		printf "%s:%d: a body without braces\n", FILENAME, FNR
	}
	next
}

line ~ /^[ \t]*(\} )?else[ \t]*$/ { printf "%s:%d: a body without braces\n", FILENAME, FNR }
