package sql

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlpipeline/internal/design"
)

// Dialects are the databases that Select can write for.
var Dialects = []string{"sqlite", "duckdb", "postgres"}

// dialect is what databases write differently. In what is made of a column an @ stands for it.
type dialect struct {
	name   string
	real   string // the type of numbers
	number string // of a column of numbers or of text: NULL where it is missing
	micros string // of one of ISO 8601 text, dates or timestamps: µs since 1970 in UTC
	local  string // of such µs: 2020-01-31 12 5, the 5 for Friday
	folds  bool   // names that differ in capitals alone are one
}

var dialects = []dialect{
	{
		name: "sqlite", real: "REAL", folds: true,
		number: `CASE WHEN CAST(@ AS NUMERIC) = @ THEN CAST(@ AS REAL) END`, // a word is not equal to 0
		micros: `CAST(strftime('%s', substr(@, 1, 19) || ltrim(substr(@, 20), '.0123456789')) AS INTEGER) * 1000000` +
			` + CAST(round(1e6 * CAST('0' || substr(@, 20) AS REAL)) AS INTEGER)`,
		local: `strftime('%Y-%m-%d %H ', (@ - (@ % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')` +
			` || substr('7123456', 1 + strftime('%w', (@ - (@ % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch'), 1)`,
	},
	{
		name: "duckdb", real: "DOUBLE", folds: true,
		number: `nullif(TRY_CAST(@ AS DOUBLE), CAST('NaN' AS DOUBLE))`,
		micros: `epoch_us(CAST(CAST(@ AS TEXT) || CASE WHEN regexp_matches(CAST(@ AS TEXT), ':.*(Z|[+-][0-9:]+)$') THEN ''` +
			` WHEN CAST(@ AS TEXT) LIKE '%:%' THEN 'Z' ELSE ' 00:00:00Z' END AS TIMESTAMPTZ))`,
		local: `strftime(make_timestamp(@), '%Y-%m-%d %H ') || isodow(make_timestamp(@))`,
	},
	{
		name: "postgres", real: "DOUBLE PRECISION",
		number: `CASE WHEN lower(CAST(@ AS TEXT)) NOT IN (` + missing + `) THEN CAST(CAST(@ AS TEXT) AS DOUBLE PRECISION) END`,
		micros: `CAST(round(1000000 * extract(epoch FROM CAST(CAST(@ AS TEXT) || CASE WHEN CAST(@ AS TEXT)` +
			` ~ ':.*(Z|[+-][0-9:]+)$' THEN '' ELSE ' UTC' END AS TIMESTAMPTZ))) AS BIGINT)`,
		local: `to_char(TIMESTAMP 'epoch' + (@) * INTERVAL '1 microsecond', 'YYYY-MM-DD HH24 ID')`,
	},
}

// missing are what a missing cell may be written as, but for capitals.
const missing = `'', 'na', 'nan', 'null'`

// of writes a column into what is made of it.
func of(template, column string) string { return strings.ReplaceAll(template, "@", column) }

// quote writes a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// text writes a string.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// float writes a number so that it is read back as it is, and never as an integer or, in
// DuckDB, a decimal.
func (d *dialect) float(x float64) string {
	s := strconv.FormatFloat(x, 'g', -1, 64)
	switch {
	case strings.Contains(s, "e"):
		return s
	case d.name != "sqlite":
		return s + "e0"
	case strings.Contains(s, "."):
		return s
	}
	return s + ".0"
}

// named returns the dialect of a name.
func named(name string) dialect {
	return dialects[slices.IndexFunc(dialects, func(d dialect) bool { return d.name == name })]
}

// Check reports what a dialect cannot do with the columns of a design.
func Check(name string, d *design.Design) error {
	if len(d.Lags) > 0 && d.Time == "" {
		return errors.New("lags need a time column in SQL, where the rows of a table have no order without one")
	}
	columns := append(slices.Clone(d.Features), d.Target, d.Time)
	for i, a := range columns {
		for _, b := range columns[:i] {
			if named(name).folds && strings.EqualFold(a, b) {
				return fmt.Errorf("the columns %q and %q are one in %s; rename one of them, or write for postgres", b, a, name)
			}
		}
	}
	return nil
}
