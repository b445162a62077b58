package design

import (
	"fmt"
	"slices"
	"strconv"
)

// Term is a group of columns of X that belong together.
type Term struct {
	Kind    TermKind
	Name    string   // of the feature, of the period, or of the target
	Columns []string // the names of its columns of X
	From    int      // which is the first of them
}

// TermKind says what a term makes its columns of.
type TermKind string

// The kinds in the order in which they stand in X, but that numbers and words are in
// that of the features.
const (
	Number   TermKind = "number"   // a feature as it is
	Word     TermKind = "category" // 1 in the rows of a level, one column per level
	Harmonic TermKind = "harmonic" // sine and cosine of the year or the day
	Lags     TermKind = "lags"     // the target in earlier rows, one column per lag
)

// Terms returns the terms of X, in order.
func (d *Design) Terms() (terms []Term) {
	width := 0
	add := func(kind TermKind, name string, columns ...string) {
		terms = append(terms, Term{kind, name, columns, width})
		width += len(columns)
	}
	for _, feature := range d.Features {
		if c := d.category(feature); c == nil {
			add(Number, feature, feature)
		} else {
			var levels []string
			for _, level := range c.Levels {
				levels = append(levels, c.Name+"="+level)
			}
			add(Word, feature, levels...)
		}
	}
	harmonics := func(period string, pairs int) {
		for k := 1; k <= pairs; k++ {
			add(Harmonic, period, fmt.Sprintf("%s_sin_%d", period, k), fmt.Sprintf("%s_cos_%d", period, k))
		}
	}
	harmonics("annual", d.Annual)
	harmonics("daily", d.Daily)
	if len(d.Lags) > 0 {
		var lags []string
		for _, k := range d.Lags {
			lags = append(lags, d.Target+"_lag_"+strconv.Itoa(k))
		}
		add(Lags, d.Target, lags...)
	}
	return terms
}

// Names returns the names of the columns of X, in order.
func (d *Design) Names() []string {
	names := []string{}
	for _, t := range d.Terms() {
		names = append(names, t.Columns...)
	}
	return names
}

// Harmonics returns the range of the columns of X that depend on the calendar
// alone.
func (d *Design) Harmonics() (from, to int) {
	from = len(d.Features)
	for _, c := range d.Categories {
		from += len(c.Levels) - 1
	}
	return from, from + 2*(d.Annual+d.Daily)
}

// Columns returns the columns of X of category k: from to to, to not included.
func (d *Design) Columns(k int) (from, to int) {
	feature := slices.Index(d.Features, d.Categories[k].Name)
	from = feature - k
	for _, c := range d.Categories[:k] {
		from += len(c.Levels)
	}
	return from, from + len(d.Categories[k].Levels)
}

// Lacking returns the features in the order of Tally.Gaps: numbers, then categories.
func (d *Design) Lacking() (features []string) {
	for _, feature := range d.Features {
		if d.category(feature) == nil {
			features = append(features, feature)
		}
	}
	for _, c := range d.Categories {
		features = append(features, c.Name)
	}
	return features
}
