// Package sql writes a model as one SELECT, for a database that has the rows.
package sql

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
)

// Begin is what a file of a SELECT begins with.
const Begin = "-- mlpipeline: "

// query is a SELECT in the making. Its parts are written when a term first needs them.
type query struct {
	dialect
	model  *regression.Model
	design *design.Design
	terms  []design.Term

	cells    []string // the columns of the rows as numbers and words
	lags     []int    // of the target
	calendar []string // categories of the local time
	clock    bool     // the time is needed
	needed   []string // what must be known of a row
	constant float64  // that is in all predictions
	lines    []string // that are added up
}

// Select returns the SELECT of a model that was trained on rows of a design, in one of
// Dialects. A prediction is
//
//	intercept + Σ slope·(x − mean) + Σ slope·h
//
// where x are numbers, lags and the trend, which may be large beside what they vary by, and
// h all else; the means of these are in the intercept.
func Select(dialectName, fingerprint string, m *regression.Model, d *design.Design) string {
	q := query{dialect: named(dialectName), model: m, design: d, terms: d.Terms(), constant: m.Intercept}
	for i := range q.terms {
		if m.Kept[i] {
			q.add(&q.terms[i])
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%sthe model %.12s as a SELECT for %s, over a table or view named rows\n", Begin, fingerprint, q.name)
	b.WriteString("-- Numbers may be text; NULL, an empty text, NA, NaN and null are missing. Times without a zone are UTC.\n")
	b.WriteString("-- predicted is NULL where what it needs is missing or not known.\n")
	if len(q.lags) > 0 {
		q.writeLags(&b)
	}
	b.WriteString(`SELECT "rows".*, (` + "\n")
	from := q.writePieces(&b)
	fmt.Fprintf(&b, "  SELECT CAST(%s AS %s)\n    + %s\n", q.float(q.constant), q.real, sum(q.lines))
	if len(from) > 0 {
		fmt.Fprintf(&b, "  FROM %s\n", strings.Join(from, ", "))
	}
	if len(q.needed) > 0 {
		fmt.Fprintf(&b, "  WHERE %s\n", strings.Join(q.needed, " AND\n    "))
	}
	b.WriteString(`) AS "predicted"` + "\n" + `FROM "rows"`)
	if len(q.lags) > 0 {
		fmt.Fprintf(&b, ` LEFT JOIN "lagged" ON "lagged"."time" = %s`, q.time())
	}
	b.WriteString("\n")
	return b.String()
}

// sum adds lines up, many of them by hundreds: databases nest a thousand sums at most.
func sum(lines []string) string {
	const most = 100
	if len(lines) == 0 {
		return "0"
	}
	var groups []string
	for group := range slices.Chunk(lines, most) {
		groups = append(groups, strings.Join(group, "\n    + "))
	}
	if len(groups) == 1 {
		return groups[0]
	}
	return "(" + strings.Join(groups, ")\n    + (") + ")"
}

// writeLags writes the target of the rows before, by the time. Of rows of one time it is
// not known which is before the other.
func (q *query) writeLags(b *strings.Builder) {
	var lags, single []string
	for _, k := range q.lags {
		lags = append(lags, fmt.Sprintf(`lag("target", %d) OVER (ORDER BY "time") AS "lag %d"`, k, k))
		single = append(single, fmt.Sprintf(`min("lag %d") AS "lag %d"`, k, k))
	}
	fmt.Fprintf(b, `WITH "lagged" AS (
  SELECT "time", %s
  FROM (
    SELECT "time", %s
    FROM (SELECT %s AS "time", %s AS "target" FROM "rows") AS "ordered"
  ) AS "before" GROUP BY "time" HAVING count(*) = 1
)
`, strings.Join(single, ", "), strings.Join(lags, ",\n      "), q.time(), q.number(q.design.Target))
}

// writePieces writes what the sum is made of, and returns its tables of one row.
func (q *query) writePieces(b *strings.Builder) (from []string) {
	var pieces []string
	piece := func(name, from string, columns ...string) {
		if from != "" {
			from = "\n    FROM " + quote(from)
		}
		pieces = append(pieces, fmt.Sprintf("%s AS (\n    SELECT %s%s\n  )", quote(name), strings.Join(columns, ",\n      "), from))
	}
	if len(q.cells) > 0 {
		piece("cells", "", q.cells...)
		from = append(from, `"cells"`)
	}
	if q.clock {
		piece("clock", "", q.time()+` AS "micros"`)
		from = append(from, `"clock"`)
	}
	if len(q.calendar) > 0 {
		piece("zone", "clock", `"micros" + `+q.offset()+` AS "micros"`)
		piece("local", "zone", of(q.local, `"micros"`)+` AS "local"`)
		piece("calendar", "local", q.calendar...)
		from = append(from, `"calendar"`)
	}
	if len(pieces) > 0 {
		b.WriteString("  WITH " + strings.Join(pieces, ", ") + "\n")
	}
	return from
}

// time is the time of a row in µs since 1970.
func (q *query) time() string { return of(q.micros, `"rows".`+quote(q.design.Time)) }

// need includes a part of the query, once, and what must be known of it, if anything, and
// returns how to call it.
func (q *query) need(parts *[]string, table, name, made string, known bool) string {
	called := quote(table) + "." + quote(name)
	if part := made + " AS " + quote(name); !slices.Contains(*parts, part) {
		*parts = append(*parts, part)
		if known {
			q.needed = append(q.needed, called+" IS NOT NULL")
		}
	}
	return called
}

// now is the time of the row, which has to be known.
func (q *query) now() string {
	if !q.clock {
		q.clock = true
		q.needed = append(q.needed, `"clock"."micros" IS NOT NULL`)
	}
	return `"clock"."micros"`
}

// offset is what the clocks of the zone are ahead of UTC by, in µs, from a year before
// the model's rows to twenty years after them; NULL beyond, where clocks change.
func (q *query) offset() string {
	first, last := dataset.Time(1<<63-1), dataset.NoTime
	for _, d := range q.model.Datasets {
		first, last = min(first, d.First), max(last, d.Last)
	}
	zone, err := time.LoadLocation(q.design.Zone)
	if err != nil {
		zone = time.UTC // as the design does
	}
	january := func(t dataset.Time, more int) time.Time {
		return time.Date(time.UnixMicro(int64(t)).UTC().Year()+more, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	at, end := january(first, -1), january(last, 21)
	lines, offset := "CASE", "NULL"
	for {
		lines += fmt.Sprintf("\n        WHEN \"micros\" < %d THEN %s -- until %s", at.UnixMicro(), offset, at.Format(time.RFC3339))
		if !at.Before(end) {
			return lines + "\n      END"
		}
		from, to := at.In(zone).ZoneBounds()
		_, seconds := at.In(zone).Zone()
		offset = fmt.Sprint(int64(seconds) * 1e6)
		switch {
		case from.IsZero() && to.IsZero():
			return offset
		case to.IsZero() || to.After(end):
			at = end
		case !to.After(at): // as the standard library has it on the last day of some leap years
			at = at.Add(24 * time.Hour)
		default:
			at = to.UTC()
		}
	}
}
