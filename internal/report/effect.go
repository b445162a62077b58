package report

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// fit is the model with what its effects are worked out from.
type fit struct {
	*regression.Model
	terms   []design.Term
	average []float64 // the average row of training, by columns of X
	centred []bool    // columns that a cross takes about their mean
	half    float64   // of a 95 % interval, in standard errors
}

// point is what a row predicts more than the average row, with half of its 95 % interval.
type point struct{ value, half float64 }

func (p *Page) newFit() *fit {
	m := p.Fit
	f := &fit{Model: m, terms: p.Scaler.Terms(), average: slices.Clone(m.Mean), half: m.Band.HalfWidth()}
	for j, centre := range m.Band.Centre {
		f.average[j] += float64(centre * m.Scale[j])
	}
	for _, t := range f.terms {
		for range t.Columns {
			f.centred = append(f.centred, slices.Contains([]design.TermKind{design.Number, design.Lags, design.Trend}, t.Kind))
		}
	}
	return f
}

// at returns the effect of the columns that are set in the average row. Crosses with what
// is not set keep to the average too.
func (f *fit) at(set ...func(x []float64)) point {
	x := slices.Clone(f.average)
	for _, s := range set {
		s(x)
	}
	side := func(x []float64, j int) float64 {
		if f.centred[j] {
			return x[j] - f.average[j]
		}
		return x[j]
	}
	for _, t := range f.terms {
		if t.Kind != design.Cross {
			continue
		}
		j := t.From
		for _, a := range t.Sides[0] {
			for _, b := range t.Sides[1] {
				x[j] += float64(side(x, a)*side(x, b)) - float64(side(f.average, a)*side(f.average, b))
				j++
			}
		}
	}
	for j, v := range f.average {
		x[j] -= v
	}
	value, stdError := f.Contrast(x)
	return point{value, float64(f.half * stdError)}
}

// span are the values of one picture: of a column with its hinges, of a season, of a category.
type span struct {
	name      string
	values    []float64 // in the unit of the column; days of the year, hours; 0, 1, … of levels
	text      func(v float64) string
	axis      axis
	levels    bool // of a category, perhaps in no order
	unordered bool
	ticks     []float64                         // tenths of the training rows, where they are known
	set       func(v float64) func(x []float64) // sets the columns of X
	few       []float64                         // of the values, for tables
	kept      bool                              // in the model
	terms     []*regression.Worth               // that are in it
}

// numberSpan goes over the training's range of column j of X.
func (f *fit) numberSpan(s *scaler.Scaler, name string, j int) *span {
	var hinges []*design.Term
	values := steps(s.DataMin[j], s.DataMax[j], 24)
	for i := range f.terms {
		if t := &f.terms[i]; t.Kind == design.Hinge && t.Sides[0][0] == j {
			hinges, values = append(hinges, t), append(values, t.Made.Knots...)
		}
	}
	slices.Sort(values)
	values = slices.DeleteFunc(values, func(v float64) bool { return !(v >= s.DataMin[j] && v <= s.DataMax[j]) })
	set := func(v float64) func(x []float64) {
		return func(x []float64) {
			x[j] = v
			for _, h := range hinges {
				for l, knot := range h.Made.Knots {
					x[h.From+l] = max(v-knot, 0)
				}
			}
		}
	}
	span := &span{name: name, values: slices.Compact(values), set: set, text: plain,
		axis: numeric(short(name, 40), s.DataMin[j], s.DataMax[j])}
	if sketch := s.SketchOf(name); sketch != nil {
		if q, _ := sketch.Quantiles(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9); q != nil {
			span.ticks, span.few = q, slices.Compact([]float64{q[0], q[4], q[8]})
		}
		return span
	}
	const epoch = 1970 // of the trend
	span.few = steps(s.DataMin[j], s.DataMax[j], 2)
	span.text = func(v float64) string {
		return time.UnixMicro(int64(v * design.Year)).UTC().Format("January 2006")
	}
	span.axis = numeric("year", epoch+s.DataMin[j], epoch+s.DataMax[j])
	span.axis.from, span.axis.to = span.axis.from-epoch, span.axis.to-epoch
	for i := range span.axis.ticks {
		span.axis.ticks[i].at -= epoch
	}
	return span
}

// steps goes from one number to another.
func steps(from, to float64, n int) (values []float64) {
	values = append(values, from)
	for i := range n {
		values = append(values, from+float64(float64(i+1)/float64(n)*(to-from)))
	}
	return values
}

// seasonSpan goes over the year or the day, whose harmonics are in UTC.
func seasonSpan(s *scaler.Scaler, daily bool) *span {
	const hour = 3600e6 // in microseconds
	from, to := s.Harmonics()
	first, last, unit := from, from+2*s.Annual, 24*hour
	span := &span{name: "the time of the year", values: steps(0, 365, 52), axis: axis{to: 365}}
	format, short, ticks := "2 January", "Jan", []float64{0, 59, 120, 181, 243, 304}
	if daily {
		first, last, unit = last, to, hour
		span.name, span.values, span.axis.to = "the time of the day, UTC", steps(0, 24, 48), 24
		format, short, ticks = "15:04", "15:04", []float64{0, 6, 12, 18, 24}
	}
	write := func(v float64, format string) string { return time.UnixMicro(int64(v * unit)).UTC().Format(format) }
	span.text = func(v float64) string { return write(v, format) }
	span.axis.label = span.name
	for _, v := range ticks {
		span.axis.ticks = append(span.axis.ticks, tick{v, write(v, short)})
	}
	span.set = func(v float64) func(x []float64) {
		return func(x []float64) {
			columns := make([][]float64, to-from)
			for k := range columns {
				columns[k] = make([]float64, 1)
			}
			design.Harmonics(columns, s.Annual, s.Daily, []dataset.Time{dataset.Time(v * unit)})
			for j := first; j < last; j++ {
				x[j] = columns[j-from][0]
			}
		}
	}
	return span
}

// levelSpan goes over the levels of a category.
func levelSpan(t *design.Term) *span {
	var levels []string
	for _, column := range t.Columns {
		levels = append(levels, strings.TrimPrefix(column, t.Name+"="))
	}
	values := steps(0, float64(len(levels)-1), len(levels)-1)
	return &span{name: t.Name, values: values, few: values, levels: true,
		unordered: t.Kind == design.Word, text: func(v float64) string { return name(levels[int(v)]) },
		axis: named(short(t.Name, 40), len(levels), false, func(i int) string { return short(levels[i], 12) }),
		set: func(v float64) func(x []float64) {
			return func(x []float64) {
				clear(x[t.From:t.To()])
				x[t.From+int(v)] = 1
			}
		}}
}

// spans returns those of all terms, those in the model first, of these the most worth, and
// the crosses that are in it.
func (f *fit) spans(p *Page) (spans []*span, crosses []*design.Term) {
	worth := map[string]*regression.Worth{}
	for i := range p.Model.Terms {
		worth[p.Model.Terms[i].Name] = &p.Model.Terms[i]
	}
	for i := range f.terms {
		t := &f.terms[i]
		include := func(s *span) {
			if same := find(spans, s.name); same != nil {
				s = same
			} else {
				spans = append(spans, s)
			}
			if w := worth[t.Name]; w != nil && f.Kept[i] {
				s.terms = append(s.terms, w)
			}
			s.kept = s.kept || f.Kept[i]
		}
		switch t.Kind {
		case design.Number, design.Trend, design.Lags:
			for k, column := range t.Columns {
				include(f.numberSpan(p.Scaler, column, t.From+k))
			}
		case design.Hinge:
			include(f.numberSpan(p.Scaler, t.Made.Of[0], t.Sides[0][0]))
		case design.Harmonic:
			include(seasonSpan(p.Scaler, strings.HasPrefix(t.Name, "daily")))
		case design.Word, design.Clock:
			if len(t.Columns) > 0 {
				include(levelSpan(t))
			}
		case design.Cross:
			if f.Kept[i] {
				crosses = append(crosses, t)
			}
		}
	}
	slices.SortStableFunc(spans, func(a, b *span) int { return cmp.Compare(b.delta(), a.delta()) })
	return spans, crosses
}

// find returns the span of a name, which may end in > for a column with its hinges.
func find(spans []*span, name string) *span {
	for _, s := range spans {
		if s.name == name || s.name+">" == name {
			return s
		}
	}
	return nil
}

// delta is by how much the error on rows held out grows without the term that is worth the
// most, below all others where it is not known.
func (s *span) delta() float64 {
	most := math.Inf(-1)
	if s.kept {
		most = -math.MaxFloat64
	}
	for _, w := range s.terms {
		if w.Delta != nil {
			most = max(most, *w.Delta)
		}
	}
	return most
}
