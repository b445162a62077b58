package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
)

// mostLevels is how many levels a picture or a table shows.
const mostLevels = 24

// terms are the pictures of what the terms add to the prediction, and the table of what
// they are worth. It reports whether any of them bends, or is a cross.
func (p *Page) terms(s *section, l limits) (bends bool) {
	m := p.Model
	if c := m.Selection; c != nil && c.Reason == "" {
		blend := ""
		if c.Chosen < 1 {
			blend = fmt.Sprintf("; what predicts is %.0f %% of their fit, %.0f %% of the plain terms' and %.0f %% of the "+
				"target's mean, which errs less on rows held out", 100*c.Chosen, 100*c.Plain, 100*(1-c.Chosen-c.Plain))
		}
		s.say("The terms were chosen by cross-validation from %s models%s. Standard errors and bands know nothing of the "+
			"choice, and are too narrow.", count(c.Compared), blend)
	}
	defer func() { s.Tables = append(s.Tables, p.worthTable(l)) }()
	if p.Fit == nil || p.Scaler == nil || !p.Fit.Follows(p.Scaler) {
		return false
	}
	f := p.newFit()
	spans, crosses := f.spans(p)
	shown := spans[:min(l.effects, len(spans))]
	if len(shown) == 0 {
		return false
	}
	s.say("Each picture shows what a column adds to the prediction of %s, compared with the average training row: a flat "+
		"line adds nothing. The band is its 95 %% interval, if rows are independent of each other; the ticks at the bottom "+
		"are the tenths of the training rows. All pictures have one scale%s.", p.target(), also(len(spans), len(shown), "the table of terms has the others"))
	points := make([][]point, len(shown))
	y := numeric("", 0)
	var reach, bands []float64
	for i, span := range shown {
		for _, v := range span.values {
			at := f.at(span.set(v))
			points[i] = append(points[i], at)
			reach, bands = append(reach, at.value), append(bands, at.value-at.half, at.value+at.half)
		}
	}
	reach = append(reach, 0)
	low, high := slices.Min(reach), slices.Max(reach)
	for _, v := range bands { // a band that is wider than all effects is cut
		reach = append(reach, min(max(v, low-(high-low)/4), high+(high-low)/4))
	}
	if y = numeric(short("adds to "+p.target(), 26), reach...); math.IsInf(y.to-y.from, 0) || math.IsNaN(y.to-y.from) {
		return false
	}
	for i, span := range shown {
		s.Figures = append(s.Figures, span.figure(points[i], y))
	}
	for _, t := range crosses[:min(l.effects/2, len(crosses))] {
		s.Tables = append(s.Tables, p.crossTable(f, t))
	}
	return f.bends()
}

// also adds that not all are shown.
func also(all, shown int, where string) string {
	if all == shown {
		return ""
	}
	return fmt.Sprintf("; %s", where)
}

// figure draws the effect: a line, dots for the levels of the calendar in order, or for
// those of another category, the largest first, in rows.
func (s *span) figure(points []point, y axis) figure {
	t, lowest, highest := numbers(s.name, "Adds", "95 % ±"), 0, 0
	for i, at := range points {
		if at.value < points[lowest].value {
			lowest = i
		}
		if at.value > points[highest].value {
			highest = i
		}
		t.add(s.text(i), num(at.value), num(at.half))
	}
	does := "It is flat: it adds nothing."
	if lowest != highest {
		does = fmt.Sprintf("It adds from %s, at %s, to %s, at %s.", digits(points[lowest].value, 3), s.text(lowest),
			digits(points[highest].value, 3), s.text(highest))
	}
	var c *chart
	if s.kind == design.Word {
		c = s.rows(points, y, &does)
	} else {
		c = s.line(points, y)
	}
	return c.figure(short(s.name, 40), "What it adds to the prediction, by its value.", s.worth(), does, t)
}

// rows draws the levels that matter the most.
func (s *span) rows(points []point, x axis, does *string) *chart {
	order := make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(math.Abs(points[b].value), math.Abs(points[a].value))
	})
	if more := len(order) - mostLevels; more > 0 {
		order = order[:mostLevels]
		*does += fmt.Sprintf(" %s nearer to 0: not shown.", plural(more, "level is", "levels are"))
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(points[b].value, points[a].value) })
	var dots []dot
	for _, i := range order {
		dots = append(dots, dot{name: s.levels[i], value: points[i].value, half: points[i].half})
	}
	return dotChart(dots, x)
}

// line draws along the values.
func (s *span) line(points []point, y axis) *chart {
	c := newChart(s.axis(), y, usual)
	c.draw("guide", "", c.across(0))
	var value, low, high []float64
	bars, dots, ticks, banded := "", "", "", false
	inside := func(v float64) float64 { return min(max(v, y.from), y.to) }
	for i, at := range points {
		value = append(value, at.value)
		low, high = append(low, inside(at.value-at.half)), append(high, inside(at.value+at.half))
		bars += c.segment(s.values[i], low[i], s.values[i], high[i])
		banded = banded || at.half > 0
		dots += c.dot(s.values[i], at.value)
	}
	if s.levels != nil {
		c.draw("thick", "95 %", bars)
		c.draw("point", "", dots)
		return c
	}
	if banded {
		c.draw("band", "95 %", c.area(s.values, low, high))
	}
	c.draw("curve", "", c.line(s.values, value, math.Inf(1)))
	for _, v := range s.ticks {
		ticks += moves(c.atX(v), c.height-c.bottom, c.atX(v), c.height-c.bottom-7)
	}
	c.draw("measured", "", ticks)
	return c
}

// text names a value.
func (s *span) text(i int) string {
	v := s.values[i]
	switch {
	case s.levels != nil:
		return name(s.levels[i])
	case s.kind == design.Harmonic && s.values[len(s.values)-1] > 24:
		return time.Unix(int64(v*86400), 0).UTC().Format("2 January")
	case s.kind == design.Harmonic:
		return time.Unix(int64(v*3600), 0).UTC().Format("15:04")
	case s.kind == design.Trend:
		return digits(v+1970, 6)
	}
	return plain(v)
}

// axis is that of the values.
func (s *span) axis() axis {
	first, last := s.values[0], s.values[len(s.values)-1]
	label := short(s.name, 40)
	switch {
	case s.levels != nil:
		return named(label, len(s.levels), func(i int) string { return short(s.levels[i], 12) })
	case s.kind == design.Harmonic && last > 24:
		a := axis{label: label, from: first, to: last}
		for month := time.January; month <= time.December; month += 2 {
			start := time.Date(1970, month, 1, 0, 0, 0, 0, time.UTC)
			a.ticks = append(a.ticks, tick{float64(start.Unix()) / 86400, start.Format("Jan")})
		}
		return a
	case s.kind == design.Harmonic:
		a := axis{label: label + ", UTC", from: first, to: last}
		for hour := 0; hour <= 24; hour += 6 {
			a.ticks = append(a.ticks, tick{float64(hour), fmt.Sprintf("%02d:00", hour)})
		}
		return a
	case s.kind == design.Trend:
		a := numeric("year", first+1970, last+1970)
		a.from, a.to = a.from-1970, a.to-1970
		for i := range a.ticks {
			a.ticks[i].at -= 1970
		}
		return a
	}
	return numeric(label, first, last)
}

// worth says what the terms of the effect are worth.
func (s *span) worth() (text string) {
	for _, w := range s.terms {
		of := name(w.Name)
		if w.Name == s.name+">" {
			of = "its bends"
		}
		if share := moreError(w); share != undefined {
			text += sentence("without %s the error on rows held out is %s. ", of, share)
		}
	}
	return text
}

// moreError says by how much the error on rows held out grows without a term.
func moreError(w *regression.Worth) string {
	if w.Delta == nil || w.MSEWithout == nil || !(*w.MSEWithout-*w.Delta > 0) {
		return undefined
	}
	share, least := *w.Delta/(*w.MSEWithout-*w.Delta), 0.0005
	switch {
	case share <= -least:
		return percent(-share) + " less"
	case share < least:
		return "the same"
	case share > 10:
		return "more than ten times as large"
	}
	return percent(share) + " more"
}

// worthTable is the table of all terms, those in the model first and of these the most worth.
func (p *Page) worthTable(l limits) table {
	terms := regression.MostWorth(p.Model.Terms)
	shown := terms[:min(l.others*2, len(terms))]
	t := table{Caption: "What each term is worth: mean squared errors on rows held out" + others(len(terms), len(shown)),
		Head:   []string{"Term", "Columns", "Error without it", "The error is then", "Folds better with it", "In the model"},
		Folded: len(terms) > 12}
	for _, w := range shown {
		in := "left out"
		if w.Kept {
			in = "yes"
		}
		t.add(name(w.Name), count(len(w.Columns)), figureOf(w.MSEWithout), moreError(&w), count(w.Better), in)
	}
	return t
}

// crossTable is what the two sides of a cross add together.
func (p *Page) crossTable(f *fit, t *design.Term) table {
	rows, columns := f.side(p.Scaler, t.Made.Of[0]), f.side(p.Scaler, t.Made.Of[1])
	if rows == nil || columns == nil {
		return table{}
	}
	if columns.levels != nil {
		rows, columns = columns, rows
	}
	shown := min(mostLevels, len(rows.values))
	table := table{Caption: fmt.Sprintf("What %s and %s add together%s", name(rows.name), name(columns.name),
		others(len(rows.values), shown)), Head: []string{name(rows.name) + " \\ " + name(columns.name)}}
	for j := range columns.values {
		table.Head = append(table.Head, columns.text(j))
	}
	for i, v := range rows.values[:shown] {
		cells := []string{rows.text(i)}
		for _, w := range columns.values {
			cells = append(cells, num(f.at(rows.set(v), columns.set(w)).value))
		}
		table.add(cells...)
	}
	return table
}
