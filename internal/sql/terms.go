package sql

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mlpipeline/internal/design"
)

// Periods of the harmonics in microseconds.
const (
	day  = 86400e6
	year = 31556952e6
)

// add adds what a term contributes. Numbers, lags and the trend are about their means as
// they are; the means of all else are in the constant.
func (q *query) add(t *design.Term) {
	if t.Kind != design.Number && t.Kind != design.Lags && t.Kind != design.Trend {
		for j := t.From; j < t.To(); j++ {
			q.constant -= q.slope(j) * q.model.Mean[j]
		}
	}
	switch t.Kind {
	case design.Word, design.Clock:
		q.levels(t, "", func(l int) int { return t.From + l })
	case design.Cross:
		q.cross(t)
	default:
		for j := t.From; j < t.To(); j++ {
			q.line(j, q.factor(j))
		}
	}
}

// slope is the coefficient of a column of X in the units of the data.
func (q *query) slope(j int) float64 { return q.model.Coef[j] / q.model.Scale[j] }

// line adds a line for a column that varies.
func (q *query) line(j int, factor string) {
	if slope := q.slope(j); slope != 0 {
		q.lines = append(q.lines, q.float(slope)+" * "+factor)
	}
}

// cross adds the products of two sides; where one of them is a category, a product with
// the effect of its level per column of the other.
func (q *query) cross(t *design.Term) {
	words, numbers := t.Sides[0], t.Sides[1]
	column := func(a, b int) int { return t.From + a*len(t.Sides[1]) + b } // of X
	if wordy(q.of(numbers[0])) {
		words, numbers = numbers, words
		column = func(b, a int) int { return t.From + a*len(t.Sides[1]) + b }
	}
	for b, j := range numbers {
		if category := q.of(words[0]); wordy(category) {
			q.levels(category, q.factor(j)+" * ", func(l int) int {
				if a := slices.Index(words, category.From+l); a >= 0 {
					return column(a, b)
				}
				return -1 // the reference
			})
			continue
		}
		for a, i := range words {
			q.line(column(a, b), q.factor(i)+" * "+q.factor(j))
		}
	}
}

func wordy(t *design.Term) bool { return t.Kind == design.Word || t.Kind == design.Clock }

// levels adds the slope that a row's level has, of the column of X that is told, −1 for
// none, times a factor. What is no level has the average slope.
func (q *query) levels(t *design.Term, factor string, column func(l int) int) {
	var lines strings.Builder
	word, average, some := q.word(t), 0.0, false
	for l, name := range t.Columns {
		slope := 0.0
		if j := column(l); j >= 0 {
			slope = q.slope(j)
		}
		average += slope * q.model.Mean[t.From+l]
		some = some || slope != 0
		fmt.Fprintf(&lines, "\n      WHEN %s THEN %s", text(name[len(t.Name)+1:]), q.float(slope))
	}
	if some {
		q.lines = append(q.lines, fmt.Sprintf("%sCASE %s%s\n      ELSE %s END", factor, word, &lines, q.float(average)))
	}
}

// of is the term that a column of X belongs to.
func (q *query) of(j int) *design.Term {
	return &q.terms[slices.IndexFunc(q.terms, func(t design.Term) bool { return j < t.To() })]
}

// factor is what a column of X holds, numbers, lags and the trend less their mean.
func (q *query) factor(j int) string {
	t := q.of(j)
	switch t.Kind {
	case design.Harmonic:
		wave := [2]string{"sin", "cos"}[j-t.From]
		period, pairs, _ := strings.Cut(t.Name, "_")
		length := map[string]float64{"annual": year, "daily": day}[period]
		var k int
		fmt.Sscan(pairs, &k)
		return fmt.Sprintf("%s(%s * (%s %% %.0f))", wave, q.float(2*math.Pi*float64(k)/length), q.now(), length)
	case design.Hinge:
		x, knot := q.value(t.Sides[0][0]), q.float(t.Made.Knots[j-t.From])
		return fmt.Sprintf("CASE WHEN %s > %s THEN %s - %s ELSE %s END", x, knot, x, knot, q.float(0))
	case design.Missing:
		made := fmt.Sprintf("CASE WHEN %s IS NULL THEN %s ELSE %s END", q.number(t.Made.Of[0]), q.float(1), q.float(0))
		return q.need("cells", t.Name, made, false)
	}
	return fmt.Sprintf("(%s - %s)", q.value(j), q.float(q.model.Mean[j]))
}

// value is a number, a lag or the trend; a number that is missing is its mean, where a row
// that lacks it can be predicted.
func (q *query) value(j int) string {
	switch t := q.of(j); t.Kind {
	case design.Lags:
		k := q.design.Lags[j-t.From]
		return q.need("lagged", fmt.Sprint("lag ", k), fmt.Sprintf(`lag("target", %d) OVER (ORDER BY "time")`, k), true)
	case design.Trend:
		return fmt.Sprintf("%s / %s", q.now(), q.float(year))
	default:
		number := q.number(t.Name)
		if q.fills() {
			number = fmt.Sprintf("coalesce(%s, %s)", number, q.float(q.model.Mean[j]))
		}
		return q.need("cells", t.Name, number, !q.fills())
	}
}

// number is a cell of a column of numbers.
func (q *query) number(name string) string { return of(q.dialect.number, `"rows".`+quote(name)) }

// fills reports whether rows that lack a feature are predicted.
func (q *query) fills() bool {
	return q.design.Missing == design.Mean || q.design.Missing == design.Indicator
}

// word is the level of a category in a row, or another word, or NULL.
func (q *query) word(t *design.Term) string {
	if t.Kind == design.Clock {
		shifted := q.need("zone", "micros", q.now()+" + "+q.offset(), false)
		local := q.need("local", "text", of(q.local, shifted), false)
		return q.need("calendar", t.Name, q.level(t.Name, local), true)
	}
	k := slices.IndexFunc(q.design.Categories, func(c design.Category) bool { return c.Name == t.Name })
	c, cell := &q.design.Categories[k], fmt.Sprintf(`CAST("rows".%s AS TEXT)`, quote(t.Name))
	lacking := "NULL"
	if c.Missing {
		lacking = text(design.MissingLevel)
	}
	made := fmt.Sprintf("CASE WHEN lower(coalesce(%s, '')) IN (%s) THEN %s", cell, missing, lacking)
	if len(c.Pooled) > 0 {
		made += fmt.Sprintf(" WHEN %s IN (%s) THEN %s", cell, list(c.Pooled), text(design.Other))
	}
	return q.need("cells", t.Name, made+fmt.Sprintf(" ELSE %s END", cell), !q.fills())
}

// level is that of a calendar category, of a local time such as 2020-01-31 12 5.
func (q *query) level(category, local string) string {
	hour, weekday := fmt.Sprintf("substr(%s, 12, 2)", local), fmt.Sprintf("substr(%s, 15, 1)", local)
	switch category {
	case "hour":
		return hour
	case "weekday":
		return weekday
	case "month":
		return fmt.Sprintf("substr(%s, 6, 2)", local)
	case "hour_of_week":
		return weekday + " || '-' || " + hour
	}
	return fmt.Sprintf("CASE WHEN substr(%s, 1, 10) IN (%s) THEN 'yes' WHEN %s IS NOT NULL THEN 'no' END", local,
		list(q.design.Holidays), local)
}

// list writes strings after each other.
func list(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = text(word)
	}
	return strings.Join(quoted, ", ")
}
