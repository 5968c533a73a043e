# advice.awk - compiles the text of htdocs/js/net/advice.js, which the page shows, into a
# table for palabrectl.

function quote(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return s }

function finish()
{
	if (head != "")
		printf "\t{ \"%s\", \"%s\",\n%s\t},\n", symptom, server, lines
}

BEGIN {
	print "/* Generated from htdocs/js/net/advice.js by src/ctl/advice.awk. */"
	print "#include \"ctl/advice.h\"\n\nconst struct advice advice[] = {"
}

/^const TEXT = `$/ { inside = 1; next }
/^`;$/ { inside = 0 }
!inside { next }

/^@/ {
	finish()
	head = substr($0, 2)
	split(head, part, " ")
	symptom = part[1]
	server = part[2]
	lines = ""
	count++
	next
}

{ lines = lines "\t\t\"" quote($0) "\\n\"\n" }

END {
	if (!count) {
		print FILENAME ": there is no advice in it" > "/dev/stderr"
		exit 1
	}
	finish()
	print "\t{ 0 },\n};"
}
