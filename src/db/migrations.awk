# migrations.awk - compiles schema/NNN_*.sql into tables of single statements.
# A statement ends at a line that ends in ";".

function quote(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return s }

FNR == 1 {
	n++
	file = FILENAME; sub(/.*\//, "", file)
	version[n] = substr(file, 1, 3) + 0
	name[n] = file; sub(/\.sql$/, "", name[n])
	if (n > 1 && version[n] != version[n - 1] + 1) {
		print FILENAME ": migrations must be numbered without a gap" > "/dev/stderr"
		exit failed = 1
	}
}

{ line = $0; sub(/[ \t]*-- .*$/, "", line); sub(/^--.*$/, "", line) }
line ~ /^[ \t]*$/ { next }
{
	text = text (text == "" ? "" : "\\n") quote(line)
	if (line ~ /;[ \t]*$/) {
		sub(/;[ \t]*$/, "", text)
		statements[n] = statements[n] "\t\"" text "\",\n"
		text = ""
	}
}

END {
	if (failed) { exit 1 }
	print "/* Generated from schema by src/db/migrations.awk. */"
	print "#include \"db/migrate.h\"\n\n#include <stddef.h>\n"
	for (i = 1; i <= n; i++) {
		printf "static const char *const m%d[] = {\n%s\tNULL,\n};\n\n", version[i], statements[i]
	}
	print "const struct migration migrations[] = {"
	for (i = 1; i <= n; i++) { printf "\t{ %d, \"%s\", m%d },\n", version[i], name[i], version[i] }
	print "};\n"
	print "const size_t migration_count = sizeof migrations / sizeof *migrations;"
}
