# layering.awk - calls go downward only: who may include whose headers.

BEGIN {
	may["base"] = "base"
	may["db"] = "db base"
	may["notify"] = "notify base"
	may["http"] = "http base"
	may["media"] = "media base"
	may["auth"] = "auth db base"
	may["chat"] = "chat auth notify db base"
	may["view"] = "view chat media base"
	may["api"] = "api view chat media auth notify http db base"
	may["hub"] = "hub view chat auth notify http db base"
	may["ctl"] = "ctl chat media auth notify db base"

	# Libraries, and the places that may know them.
	only["fcgiapp.h"] = "^src/http/gateway_fcgi\\.c$|^src/hub/acceptor\\.c$"
	only["fcgi_stdio.h"] = "^$"
	only["mysql.h"] = "^src/db/"
	only["mysqld_error.h"] = "^src/db/"
	only["errmsg.h"] = "^src/db/"
	only["curl/"] = "^src/ctl/fetch\\.c$"
	only["json-c/"] = "^src/http/json_in\\.[ch]$"
	only["ev.h"] = "^src/hub/"
	only["libscrypt.h"] = "^src/auth/"
}

FILENAME ~ /^tests\// { next }

function layer_of(path,   p) {
	if (split(path, p, "/") < 3 || p[1] != "src")
		return ""
	return p[2]
}

/^#include </ {
	header = $2
	gsub(/[<>]/, "", header)
	for (h in only)
		if ((header == h || (h ~ /\/$/ && index(header, h) == 1)) && FILENAME !~ only[h])
			printf "%s:%d: <%s> does not belong here\n", FILENAME, FNR, header
}

/^#include "/ {
	layer = layer_of(FILENAME)
	header = $2
	gsub(/"/, "", header)
	if (layer == "")
		next
	if (!(layer in may)) {
		printf "%s:%d: layer %s is not in tests/lint/layering.awk\n", FILENAME, FNR, layer
		next
	}
	# What is generated belongs to the database layer; a bare name is of one's own.
	n = split(header, p, "/")
	target = n > 1 ? p[1] : header ~ /^(queries|migrations)\.h$/ ? "db" : layer
	if (index(" " may[layer] " ", " " target " ") == 0)
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, layer, header
}
