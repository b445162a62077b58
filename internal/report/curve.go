package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

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
				"target's mean, which errs less on rows held out", 100*c.Chosen, 100*c.Plain,
				max(0, 100*(1-c.Chosen-c.Plain)))
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
	kept := slices.DeleteFunc(slices.Clone(spans), func(s *span) bool { return !s.kept })
	shown := kept[:min(l.effects, len(kept))]
	if len(shown) == 0 {
		return false
	}
	also := ""
	if len(shown) < len(kept) {
		also = "; more are in the table of terms"
	}
	s.say("Each picture shows what a column adds to the prediction of %s, compared with the average training row: a flat "+
		"line adds nothing. The band is its 95 %% interval, if rows are independent of each other; the ticks at the bottom "+
		"are the tenths of the training rows. All pictures have one scale%s.", p.target(), also)
	points := make([][]point, len(shown))
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
	if !(high-low < math.MaxFloat64) {
		return false
	}
	for _, v := range bands { // a band that is wider than all effects is cut
		reach = append(reach, min(max(v, low-(high-low)/4), high+(high-low)/4))
	}
	y := numeric(short("adds to "+p.target(), 26), reach...)
	for i, span := range shown {
		s.show(span.figure(points[i], y))
		for _, w := range span.terms {
			bends = bends || w.Name == span.name+">"
		}
	}
	for _, t := range crosses[:min(l.effects/2, len(crosses))] {
		s.Tables = append(s.Tables, f.crossTable(find(spans, t.Made.Of[0]), find(spans, t.Made.Of[1])))
	}
	return bends || len(crosses) > 0
}

// figure is the effect as a line, or dots for the levels of a category.
func (s *span) figure(points []point, y axis) figure {
	t := numbers(s.name, "Adds", "95 % ±")
	every := 1
	if !s.levels {
		every = (len(points) + mostLevels/2) / (mostLevels / 2)
	}
	for i := 0; i < len(points); i += every {
		t.add(s.text(s.values[i]), num(points[i].value), num(points[i].half))
	}
	compare := func(a, b point) int { return cmp.Compare(a.value, b.value) }
	lowest, highest := slices.MinFunc(points, compare), slices.MaxFunc(points, compare)
	does := "It is flat: it adds nothing."
	if lowest.value < highest.value {
		does = fmt.Sprintf("It adds from %s, at %s, to %s, at %s.", digits(lowest.value, 3),
			s.text(s.values[slices.Index(points, lowest)]), digits(highest.value, 3),
			s.text(s.values[slices.Index(points, highest)]))
	}
	return s.chart(points, y, &does).figure(short(s.name, 40), "What it adds to the prediction, by its value.", s.worth(), does,
		t.cut(2*mostLevels))
}

// chart draws along the values; of the levels of a category those that add the most and the
// least, in rows.
func (s *span) chart(points []point, y axis, does *string) *chart {
	along, size, order := s.axis, usual, make([]int, len(points))
	for i := range order {
		order[i] = i
	}
	place := func(i int) float64 { return s.values[order[i]] }
	if s.unordered {
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(points[j].value, points[i].value) })
		if more := len(order) - mostLevels; more > 0 {
			order = slices.Delete(order, mostLevels/2, mostLevels/2+more)
			*does += fmt.Sprintf(" Not shown: %s between them.", plural(more, "level", "levels"))
		}
		size, place = inRows(len(order)), func(i int) float64 { return float64(i) }
		along = named("", len(order), true, func(i int) string { return short(s.text(s.values[order[i]]), 18) })
	}
	value, band := layer{kind: line, class: "curve", wide: math.Inf(1)}, layer{kind: area, class: "band", key: "95 %"}
	ticks := layer{kind: whiskers, class: "measured"}
	if s.levels {
		value.kind, value.class, band.kind, band.class = dots, "point", whiskers, "thick"
	}
	wide := false
	for i, k := range order {
		at := points[k]
		value.add(place(i), at.value)
		band.add(place(i), at.value-at.half, at.value+at.half)
		wide = wide || at.half > 0
	}
	if !wide {
		band = layer{}
	}
	for _, v := range s.ticks {
		ticks.add(v, y.from, y.from+(y.to-y.from)/24)
	}
	return drawn(along, y, size, level("guide", "", along, 0), band, value, ticks)
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
	t := table{Caption: "What each term is worth: mean squared errors on rows held out",
		Head:   []string{"Term", "Columns", "Error without it", "The error is then", "Folds better with it", "In the model"},
		Folded: len(terms) > 12}
	for _, w := range terms {
		t.add(name(w.Name), count(len(w.Columns)), figureOf(w.MSEWithout), moreError(&w), count(w.Better), w.In())
	}
	return t.cut(2 * l.others)
}

// crossTable is what the two sides of a cross add together.
func (f *fit) crossTable(rows, columns *span) table {
	if rows == nil || columns == nil {
		return table{}
	}
	if columns.levels {
		rows, columns = columns, rows
	}
	t := table{Caption: fmt.Sprintf("What %s and %s add together", name(rows.name), name(columns.name)),
		Head: []string{name(rows.name) + " \\ " + name(columns.name)}}
	for _, v := range columns.few {
		t.Head = append(t.Head, columns.text(v))
	}
	for _, v := range rows.few {
		cells := []string{rows.text(v)}
		for _, w := range columns.few {
			cells = append(cells, num(f.at(rows.set(v), columns.set(w)).value))
		}
		t.add(cells...)
	}
	return t.cut(mostLevels)
}
