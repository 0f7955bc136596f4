package db

import "strings"

// numberParameters writes $1 as +?1, outside of quotes and comments. SQLite binds ?1
// by its number, where $1 would be a name, bound by the order of appearance. At a bare
// parameter SQLite looks at its value and, as another plan might fit the next one
// better, compiles the statement again at every binding, at up to ten times the cost of
// running it. The plus sign, which does nothing else, keeps it from that
// (sqlite3VdbeReprepareOnBind in its source).
func numberParameters(query string) string {
	var b strings.Builder
	for len(query) > 0 {
		if n := quotedLength(query); n > 0 {
			b.WriteString(query[:n])
			query = query[n:]
			continue
		}
		if query[0] == '$' && len(query) > 1 && '0' <= query[1] && query[1] <= '9' {
			b.WriteString("+?")
		} else {
			b.WriteByte(query[0])
		}
		query = query[1:]
	}
	return b.String()
}

// quotedLength is how long the text, name or comment is that the query begins with; 0
// for anything else. A doubled quote ends one and begins the next.
func quotedLength(query string) int {
	for _, q := range []struct{ begin, end string }{{"'", "'"}, {`"`, `"`}, {"--", "\n"}, {"/*", "*/"}} {
		if rest, ok := strings.CutPrefix(query, q.begin); ok {
			if i := strings.Index(rest, q.end); i >= 0 {
				return len(q.begin) + i + len(q.end)
			}
			return len(query)
		}
	}
	return 0
}
