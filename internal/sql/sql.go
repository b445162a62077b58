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
	model    *regression.Model
	design   *design.Design
	terms    []design.Term
	parts    map[string][]string // columns that the sum is made of, by the table that they are in
	lacks    []string            // that a row lacks what it needs
	constant float64             // that is in all predictions
	lines    []string            // that are added to it
}

// Select returns the SELECT of a model that was trained on rows of a design, in one of
// Dialects. A prediction is
//
//	intercept + Σ slope·(x − mean) + Σ slope·h
//
// where x are numbers, lags and the trend, which may be large beside what they vary by, and
// h all else; the means of these are in the intercept.
func Select(dialectName, fingerprint string, m *regression.Model, d *design.Design) string {
	q := query{dialect: named(dialectName), model: m, design: d, terms: d.Terms(), parts: map[string][]string{},
		constant: m.Intercept}
	for i := range q.terms {
		if m.Kept[i] {
			q.add(&q.terms[i])
		}
	}
	s := fmt.Sprintf("%sthe model %.12s as a SELECT for %s, over a table or view named rows\n", Begin, fingerprint, q.name) +
		"-- Numbers may be text; NULL, an empty text, NA, NaN and null are missing. Times without a zone are UTC.\n" +
		"-- predicted is NULL where what it needs is missing or not known.\n"
	lags, join := q.parts["lagged"], ""
	if len(lags) > 0 { // of rows of one time it is not known which is before the other
		s += fmt.Sprintf(`WITH "lagged" AS (
  SELECT "time", count(*) OVER (PARTITION BY "time") AS "alike",
    %s
  FROM (SELECT %s AS "time", %s AS "target" FROM "rows") AS "ordered"
)
`, strings.Join(lags, ",\n    "), q.time(), q.number(d.Target))
		join = fmt.Sprintf(` LEFT JOIN "lagged" ON "lagged"."time" = %s AND "alike" = 1`, q.time())
	}
	var with, from []string
	for _, table := range []struct{ name, from string }{
		{"cells", ""}, {"clock", ""}, {"zone", ` FROM "clock"`}, {"local", ` FROM "zone"`}, {"calendar", ` FROM "local"`},
	} {
		if parts := q.parts[table.name]; len(parts) > 0 {
			columns := strings.Join(parts, ",\n      ")
			with = append(with, fmt.Sprintf("%s AS (\n    SELECT %s%s\n  )", quote(table.name), columns, table.from))
			from = append(from, quote(table.name))
		}
	}
	sum := slices.Insert(q.lines, 0, fmt.Sprintf("CAST(%s AS %s)", q.float(q.constant), q.real))
	s += "SELECT \"rows\".*, (\n" + clause("  WITH ", strings.Join(with, ", "), "\n") +
		"  SELECT " + chain(sum, "\n    + ") + clause("\n  FROM ", strings.Join(from, ", "), "") +
		clause("\n  WHERE NOT (", chain(q.lacks, "\n    OR "), ")") // SQLite would nest what AND joins
	return s + "\n) AS \"predicted\"\nFROM \"rows\"" + join + "\n"
}

// clause is a part of a SELECT, if it says anything.
func clause(begin, middle, end string) string {
	if middle == "" {
		return ""
	}
	return begin + middle + end
}

// chain puts an operator between parts, many of them by hundreds: databases nest a thousand
// operations at most.
func chain(parts []string, operator string) string {
	const most = 100
	if len(parts) <= most {
		return strings.Join(parts, operator)
	}
	var groups []string
	for group := range slices.Chunk(parts, most) {
		groups = append(groups, "("+strings.Join(group, operator)+")")
	}
	return strings.Join(groups, operator)
}

// time is the time of a row in µs since 1970.
func (q *query) time() string { return of(q.micros, `"rows".`+quote(q.design.Time)) }

// now is the same of the row that is predicted.
func (q *query) now() string { return q.need("clock", "micros", q.time(), true) }

// need includes a column in a table, once, which may have to be known, and returns how to
// call it.
func (q *query) need(table, name, made string, known bool) string {
	called := quote(table) + "." + quote(name)
	if part := made + " AS " + quote(name); !slices.Contains(q.parts[table], part) {
		q.parts[table] = append(q.parts[table], part)
		if known {
			q.lacks = append(q.lacks, called+" IS NULL")
		}
	}
	return called
}

// offset is what the clocks of the zone are ahead of UTC by, in µs, from a year before
// the model's rows to twenty years after them; NULL beyond, where clocks change.
func (q *query) offset() string {
	first, last := dataset.Time(1<<63-1), dataset.NoTime
	for _, d := range q.model.Datasets {
		if d.First != dataset.NoTime {
			first, last = min(first, d.First), max(last, d.Last)
		}
	}
	zone, err := time.LoadLocation(q.design.Zone)
	if err != nil {
		zone = time.UTC // as the design does
	}
	january := func(t dataset.Time, more int) time.Time {
		return time.Date(time.UnixMicro(int64(t)).UTC().Year()+more, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	at, end := january(first, -1), january(last, 21)
	lines, offset, now := "CASE", "NULL", q.now()
	for {
		lines += fmt.Sprintf("\n        WHEN %s < %d THEN %s -- until %s", now, at.UnixMicro(), offset,
			at.Format(time.RFC3339))
		if !at.Before(end) {
			return lines + "\n      END"
		}
		from, to := at.In(zone).ZoneBounds()
		_, seconds := at.In(zone).Zone()
		offset = fmt.Sprint(int64(seconds) * 1e6)
		switch {
		case from.IsZero() && to.IsZero():
			return offset
		case to.IsZero():
			return lines + "\n        ELSE " + offset + " END"
		case to.After(end):
			at = end
		case !to.After(at): // as the standard library has it on the last day of some leap years
			at = at.Add(24 * time.Hour)
		default:
			at = to.UTC()
		}
	}
}
