package scaler

import (
	"fmt"
	"math"
	"slices"
	"time"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// What is proposed with design.Asked.Auto, and how much of it.
const (
	leastBends  = 8    // different numbers, below which a column has no hinges
	usualKnots  = 5    // of a column
	mostPairs   = 14   // columns of numbers, above which no crosses are proposed
	mostLevels  = 8    // columns of a category, above which it has no crosses
	mostColumns = 300  // of X in all
	mostWork    = 2e10 // rows × columns²
)

// terms are what a scaler makes of the columns that its pass has seen.
type terms struct {
	*Scaler
	total    *Sums
	proposed map[string]bool // by name
	list     []design.Spec
}

// finishTerms sets the design's terms: those that were asked for and, with Auto, those that
// the rows allow.
func (s *Scaler) finishTerms(total *Sums) error {
	t := terms{Scaler: s, total: total, proposed: map[string]bool{}}
	first := s.Made // of the calendar, whose levels are known now, and the trend
	t.addHinges()
	for k, term := range first {
		if t.allowed(&term, k) {
			t.list = append(t.list, term)
		}
	}
	t.hinge(design.TrendName)
	t.addMissing()
	s.Made = t.list
	if err := t.addCrosses(); err != nil {
		return err
	}
	s.Made = t.list
	t.fit()
	return nil
}

// add appends a term, proposed or not.
func (t *terms) add(term design.Spec, proposed bool) {
	if !t.has(term.Name) {
		t.list = append(t.list, term)
		t.proposed[term.Name] = proposed
	}
}

// addHinges appends those of the columns, as they were asked for, and then proposed.
func (t *terms) addHinges() {
	for _, name := range append(t.numericFeatures(), t.LagNames()...) {
		t.hinge(name)
	}
	if !t.Asked.Auto {
		return
	}
	for _, name := range t.numericFeatures() {
		if sketch := t.SketchOf(name); sketch.Distinct() >= leastBends {
			t.addHinge(name, t.quantileKnots(name, usualKnots), true)
		}
	}
}

// hinge appends the hinges of a column, if they were asked for.
func (t *terms) hinge(name string) {
	for _, item := range t.Asked.Hinges {
		if of, count, knots, err := t.ParseHinge(item); err == nil && of == name {
			if count > 0 {
				knots = t.quantileKnots(name, count)
			}
			t.addHinge(name, knots, false)
		}
	}
}

func (t *terms) addHinge(of string, knots []float64, proposed bool) {
	if len(knots) > 0 {
		t.add(design.Spec{Name: of + ">", Kind: design.Hinge, Of: []string{of}, Knots: knots}, proposed)
	}
}

// quantileKnots returns so many knots at the quantiles (2i − 1)/2K of a column, without
// ties and ends. Where one number holds over half of the rows they are of the others. The
// trend's are as far from each other.
func (t *terms) quantileKnots(name string, count int) (knots []float64) {
	p := make([]float64, count)
	for i := range p {
		p[i] = float64(2*i+1) / float64(2*count)
	}
	if name == design.TrendName {
		m := t.total.Moments[len(t.total.Moments)-2]
		for i := range p {
			knots = append(knots, m.Min+float64(p[i]*(m.Max-m.Min)))
		}
		return knots
	}
	sketch := t.SketchOf(name)
	ends, _ := sketch.Quantiles(0, 1)
	knots, coarse := sketch.WithoutMode().Quantiles(p...)
	if coarse {
		t.Coarse = append(t.Coarse, name)
	}
	knots = slices.DeleteFunc(slices.Compact(knots), func(k float64) bool { return k <= ends[0] || k >= ends[1] })
	return knots
}

// allowed sets the levels of a calendar category, and reports whether it or the trend is
// asked for, or the rows' step and span allow it: a weekday steps up to a day and two weeks,
// an hour steps up to half a day, a month two years.
func (t *terms) allowed(term *design.Spec, k int) bool {
	asked := t.Asked.Trend
	if term.Kind == design.Clock {
		counts := t.total.Levels[len(t.Categories)+k]
		term.Levels, _ = counts.finish(len(counts.Counts))
		asked = slices.Contains(t.Asked.Calendar, term.Name)
	}
	if asked {
		return true
	}
	t.proposed[term.Name] = true
	const day = float64(24 * time.Hour / time.Microsecond)
	step, span := t.pace()
	switch {
	case term.Kind == design.Trend:
		return span > 0
	case len(term.Levels) < 2:
		return false
	case term.Name == "hour":
		return step <= 0.5*day && span >= 2*day
	case term.Name == "weekday", term.Name == "holiday":
		return step <= 1.01*day && span >= 14*day
	}
	return step <= 31.1*day && span >= 730*day
}

// pace returns the mean step in time of the datasets, and the span of all rows, in µs.
func (t *terms) pace() (step, span float64) {
	first, last, steps := dataset.NoTime, dataset.NoTime, int64(0)
	for _, d := range t.Datasets {
		if d.Times == 0 {
			continue
		}
		if first == dataset.NoTime || d.First < first {
			first = d.First
		}
		last = max(last, d.Last)
		step += float64(d.Last - d.First)
		steps += d.Times - 1
	}
	return step / float64(max(1, steps)), float64(last - first)
}

// addMissing appends a column for every number that some rows lack, and a level for every
// such category.
func (t *terms) addMissing() {
	if t.Missing != design.Indicator {
		return
	}
	for i, name := range t.numericFeatures() {
		if t.total.Moments[i].N < t.Used() {
			t.add(design.Spec{Name: name + "=missing", Kind: design.Missing, Of: []string{name}}, false)
		}
	}
}

// addCrosses appends those that were asked for and, where there is no time, those of two
// numbers and of a small category and a number.
func (t *terms) addCrosses() error {
	for _, item := range t.Asked.Crosses {
		left, right, err := t.ParseCross(item)
		if err != nil {
			return err
		}
		for _, side := range []string{left, right} {
			if c, _ := t.categoryOf(side); c != nil && len(c.Levels) < 2 {
				return fmt.Errorf("-cross %q: %q has %s, and two are the least that can be compared; leave the cross out",
					item, side, cli.Plural(len(c.Levels), "level", "levels"))
			}
		}
		t.cross(left, right, false)
	}
	numbers := t.numericFeatures()
	if !t.Asked.Auto || t.Time != "" || len(numbers) > mostPairs {
		return nil
	}
	for i, left := range numbers {
		for _, right := range numbers[i+1:] {
			t.cross(left, right, true)
		}
	}
	for _, hinges := range []string{"", ">"} {
		for _, c := range t.Categories {
			for _, number := range numbers {
				if n := len(c.Levels); n > 1 && n <= mostLevels+1 && (hinges == "" || t.has(number+hinges)) {
					t.cross(c.Name, number+hinges, true)
				}
			}
		}
	}
	return nil
}

func (t *terms) has(name string) bool {
	return slices.ContainsFunc(t.list, func(term design.Spec) bool { return term.Name == name })
}

func (t *terms) cross(left, right string, proposed bool) {
	term := design.Spec{Name: left + "*" + right, Kind: design.Cross, Of: []string{left, right}}
	for _, side := range term.Of {
		if c, levels := t.categoryOf(side); c != nil {
			term.Reference = frequent(levels, c)
		}
	}
	t.add(term, proposed)
}

// categoryOf returns a category of the table or of the calendar, and its levels; nil if
// that is none.
func (t *terms) categoryOf(name string) (*design.Category, *Levels) {
	for k := range t.Categories {
		if t.Categories[k].Name == name {
			return &t.Categories[k], &t.total.Levels[k]
		}
	}
	for k, term := range t.Unfinished().Made {
		if term.Kind == design.Clock && term.Name == name {
			levels := &t.total.Levels[len(t.Categories)+k]
			all, _ := levels.finish(len(levels.Counts))
			return &design.Category{Name: name, Levels: all}, levels
		}
	}
	return nil, nil
}

// frequent returns the name of the column of the most frequent level.
func frequent(levels *Levels, c *design.Category) string {
	var shares []float64
	for _, m := range levels.moments(c, levels.N()) {
		shares = append(shares, m.Mean.Value())
	}
	return c.Name + "=" + c.Levels[slices.Index(shares, slices.Max(shares))]
}

// fit leaves out what was proposed until the columns are few enough: crosses first, then
// hinges, from the last.
func (t *terms) fit() {
	rows := float64(t.Used())
	for _, kind := range []design.TermKind{design.Cross, design.Hinge} {
		for i := len(t.Made) - 1; i >= 0; i-- {
			p := float64(len(t.Names()))
			if p < mostColumns && float64(rows*p)*p < mostWork {
				return
			}
			if term := t.Made[i]; term.Kind == kind && t.proposed[term.Name] {
				t.TooMany = append(t.TooMany, term.Name)
				t.Made = slices.Delete(t.Made, i, i+1)
			}
		}
	}
}

// numericFeatures returns the features that are numbers.
func (s *Scaler) numericFeatures() []string {
	return s.Lacking()[:len(s.Features)-len(s.Categories)]
}

// WithDerived returns the scaler with means and scales of the derived columns: those of
// their moments.
func (s *Scaler) WithDerived(columns []moments.Moments) *Scaler {
	whole := *s
	whole.Mean, whole.Var, whole.Scale = slices.Clone(s.Mean), slices.Clone(s.Var), slices.Clone(s.Scale)
	for j, derived := range s.Derived() {
		if m := &columns[j]; derived {
			if whole.Mean[j], whole.Var[j], whole.Scale[j] = m.Mean.Value(), m.Var(), m.Std(); m.Constant() {
				whole.Scale[j] = 1
			}
		}
	}
	return &whole
}

// Sizes returns how large the numbers are that the columns of X are made of, in the unit of
// the columns: |mean| of those of the table and, to first order in its rounding, that of
// what a derived one comes from.
func (s *Scaler) Sizes() []float64 {
	sizes := make([]float64, len(s.Mean))
	terms := s.Terms()
	for j, mean := range s.Mean {
		sizes[j] = math.Abs(mean)
	}
	for _, term := range terms {
		switch sides := term.Sides; term.Kind {
		case design.Hinge:
			for j := term.From; j < term.To(); j++ {
				sizes[j] = sizes[sides[0][0]]
			}
		case design.Cross:
			j := term.From
			for _, a := range sides[0] {
				for _, b := range sides[1] {
					sizes[j] = float64(sizes[a]*s.scaleOf(b)) + float64(sizes[b]*s.scaleOf(a))
					j++
				}
			}
		}
	}
	return sizes
}

// scaleOf returns the scale of a column, and of a hinge 1.
func (s *Scaler) scaleOf(j int) float64 {
	if s.Scale[j] != s.Scale[j] {
		return 1
	}
	return s.Scale[j]
}
