# queries.awk - turns schema/queries/*.sql into typed C functions.
#
# A statement is headed by
#     -- name (param:TYPE, …)                      INSERT, UPDATE, DELETE
#     -- name (param:TYPE, …) -> (column:TYPE, …)  SELECT
#     -- name (param:TYPE, …) -> shape             SELECT whose columns are declared under
#                                                  "-- shape NAME (column:TYPE, …)"
# and may end in "slow-ok" where a full scan is meant. TYPE is I (integer), T (text), B
# (bytes), with ? where it may be NULL. :param in the statement is bound by name and may
# stand there more than once.
#
# out=header writes the declarations, out=source the text and the tables behind them.

function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(s) { gsub(/^[ \t\n]+|[ \t\n]+$/, "", s); return s }

# "a:I, b:T?" → names[1..n], types[1..n]; returns n
function fields(list, names, types,   parts, n, i, pair) {
	list = trim(list)
	if (list == "") { return 0 }
	n = split(list, parts, /[ \t]*,[ \t]*/)
	for (i = 1; i <= n; i++) {
		if (split(trim(parts[i]), pair, ":") != 2 || pair[2] !~ /^[ITB]\??$/) {
			fail("bad field: " parts[i])
		}
		names[i] = pair[1]
		types[i] = pair[2]
	}
	return n
}

function ctype(t) { return t ~ /^I/ ? "int64_t" : "struct str" }

function row_name(q) { return q_shape[q] != "" ? q_shape[q] : q_name[q] }

/^-- shape [a-z_]+ \(/ {
	head = $0
	while (head !~ /\)/ && (getline more) > 0) { sub(/^--/, "", more); head = head more }
	match(head, /shape [a-z_]+/)
	s = substr(head, RSTART + 6, RLENGTH - 6)
	sub(/^[^(]*\(/, "", head); sub(/\).*$/, "", head)
	shape_cols[s] = head
	shape_order[++shapes] = s
	next
}

/^-- [a-z0-9_]+ \(/ {
	q = ++queries
	head = substr($0, 4)
	match(head, /^[a-z0-9_]+/)
	q_name[q] = substr(head, 1, RLENGTH)
	if (q_name[q] in seen) { fail("defined twice: " q_name[q]) }
	seen[q_name[q]] = 1
	rest = substr(head, RLENGTH + 1)
	q_slow[q] = rest ~ /slow-ok[ \t]*$/
	sub(/[ \t]*slow-ok[ \t]*$/, "", rest)
	arrow = index(rest, "->")
	params = arrow ? substr(rest, 1, arrow - 1) : rest
	gsub(/[()]/, "", params)
	q_params[q] = trim(params)
	if (arrow) {
		result = trim(substr(rest, arrow + 2))
		q_select[q] = 1
		if (result ~ /^\(/) { gsub(/[()]/, "", result); q_cols[q] = result }
		else { q_shape[q] = result }
	}
	next
}

/^--/ || /^[ \t]*$/ { next }

queries == 0 { fail("text before the first heading") }
{ q_sql[queries] = q_sql[queries] (q_sql[queries] == "" ? "" : "\n") $0 }

# Replaces :name by ? outside quotes; order[] gets the parameter behind each ?.
function bind(q, names, n, order,   text, out, count, i, found, c, quoted, word) {
	text = q_sql[q]
	sub(/;[ \t\n]*$/, "", text)
	count = 0
	while (text != "") {
		c = substr(text, 1, 1)
		if (c == "'") { quoted = !quoted }
		if (!quoted && match(text, /^:[a-z][a-z0-9_]*/)) {
			word = substr(text, 2, RLENGTH - 1)
			text = substr(text, RLENGTH + 1)
			found = 0
			for (i = 1; i <= n; i++) { if (names[i] == word) { found = i } }
			if (!found) { fail(q_name[q] ": no parameter " word) }
			order[++count] = found
			out = out "?"
			continue
		}
		out = out c
		text = substr(text, 2)
	}
	order[0] = count
	return out
}

function signature(q, names, types, n,   i, s) {
	s = "enum result q_" q_name[q] "(struct db *db"
	if (q_select[q]) { s = s ", const void *mem" }
	for (i = 1; i <= n; i++) { s = s ", " ctype(types[i]) (types[i] ~ /^I/ ? " " : " ") names[i] }
	if (q_select[q]) { s = s ",\n\tstruct row_" row_name(q) " **rows, size_t *count" }
	return s ")"
}

function declare_row(name, list,   names, types, n, i) {
	n = fields(list, names, types)
	printf "struct row_%s {\n", name
	for (i = 1; i <= n; i++) { printf "\t%s %s;\n", ctype(types[i]), names[i] }
	printf "};\n\n"
}

function quote(s) {
	gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/[ \t]*\n[ \t]*/, " ", s)
	return "\"" s "\""
}

function header(   q, names, types, n, i) {
	print "/* Generated from schema/queries by src/db/queries.awk. */"
	print "#ifndef PALABRE_GEN_QUERIES_H\n#define PALABRE_GEN_QUERIES_H\n"
	print "#include \"base/result.h\"\n#include \"base/str.h\"\n#include \"db/db.h\"\n"
	print "enum query {"
	for (q = 1; q <= queries; q++) { printf "\tQ_%s,\n", toupper(q_name[q]) }
	print "\tQUERY_COUNT\n};\n"
	for (i = 1; i <= shapes; i++) { declare_row(shape_order[i], shape_cols[shape_order[i]]) }
	for (q = 1; q <= queries; q++) {
		delete names; delete types
		if (q_select[q] && q_shape[q] == "") { declare_row(q_name[q], q_cols[q]) }
		n = fields(q_params[q], names, types)
		print signature(q, names, types, n) ";\n"
	}
	print "#endif"
}

function columns(q,   list, names, types, n, i) {
	list = q_shape[q] != "" ? shape_cols[q_shape[q]] : q_cols[q]
	n = fields(list, names, types)
	printf "static const struct db_column c_%s[] = {\n", q_name[q]
	for (i = 1; i <= n; i++) {
		printf "\t{ '%s', %s, offsetof(struct row_%s, %s) },\n", substr(types[i], 1, 1),
			(types[i] ~ /\?/ ? "true" : "false"), row_name(q), names[i]
	}
	print "};\n"
	return n
}

function source(   q, names, types, order, n, i, text, k, ncols) {
	print "/* Generated from schema/queries by src/db/queries.awk. */"
	print "#include \"queries.h\"\n\n#include <stddef.h>\n\n#include \"db/statement.h\"\n"
	for (q = 1; q <= queries; q++) { if (q_select[q]) { ncols[q] = columns(q) } }
	print "const struct db_query db_queries[] = {"
	for (q = 1; q <= queries; q++) {
		delete names; delete types; delete order
		n = fields(q_params[q], names, types)
		text = bind(q, names, n, order)
		printf "\t[Q_%s] = {\n\t\t.name = \"%s\",\n\t\t.sql = %s,\n\t\t.params = \"",
			toupper(q_name[q]), q_name[q], quote(text)
		for (i = 1; i <= order[0]; i++) { printf "%s", substr(types[order[i]], 1, 1) }
		printf "\",\n\t\t.names = \""
		for (i = 1; i <= order[0]; i++) { printf "%s%s", (i > 1 ? " " : ""), names[order[i]] }
		printf "\",\n\t\t.param_count = %d,\n\t\t.slow_ok = %s,\n", order[0], (q_slow[q] ? "true" : "false")
		if (q_select[q]) {
			printf "\t\t.columns = c_%s,\n\t\t.column_count = %d,\n\t\t.row_size = sizeof(struct row_%s),\n",
				q_name[q], ncols[q], row_name(q)
		}
		print "\t},"
	}
	print "};\n"
	print "const size_t db_query_count = sizeof db_queries / sizeof *db_queries;\n"
	for (q = 1; q <= queries; q++) {
		delete names; delete types; delete order
		n = fields(q_params[q], names, types)
		bind(q, names, n, order)
		print signature(q, names, types, n) "\n{"
		if (order[0]) {
			printf "\tconst struct db_value v[] = {"
			for (k = 1; k <= order[0]; k++) {
				i = order[k]
				printf "%s", (k > 1 ? ", " : " ")
				if (types[i] ~ /^I/) { printf "{ .i = %s }", names[i] }
				else { printf "{ .s = %s }", names[i] }
			}
			print " };"
		}
		if (q_select[q]) {
			printf "\treturn db_select(db, &db_queries[Q_%s], %s, mem, (void **)rows, count);\n",
				toupper(q_name[q]), (order[0] ? "v" : "NULL")
		} else {
			printf "\treturn db_change(db, &db_queries[Q_%s], %s);\n", toupper(q_name[q]),
				(order[0] ? "v" : "NULL")
		}
		print "}\n"
	}
}

END {
	if (failed) { exit 1 }
	if (out == "header") { header() } else { source() }
}
