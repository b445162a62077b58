package design

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Term is a group of columns of X that belong together: in a model whole, or not at all.
type Term struct {
	Kind    TermKind
	Name    string   // of the feature, of the harmonic, or of what is made
	Columns []string // the names of its columns of X
	From    int      // which is the first of them
	Parents []int    // terms without which this one is not in a model
	Sides   [][]int  // columns of X that hinges, Missing (one side) and crosses (two) are made of
	Made    *Spec    // what it is made by, if it is made of other columns; else nil
}

// To returns the column after the last one.
func (t *Term) To() int { return t.From + len(t.Columns) }

// TermKind says what a term makes its columns of.
type TermKind string

// The kinds in the order in which they stand in X, but that numbers and words are in
// that of the features.
const (
	Number   TermKind = "number"   // a feature as it is
	Word     TermKind = "category" // 1 in the rows of a level, one column per level
	Harmonic TermKind = "harmonic" // sine and cosine of the year or the day
	Lags     TermKind = "lags"     // the target in earlier rows, one column per lag
	Hinge    TermKind = "hinge"    // max(x − k, 0) of a number for every knot k
	Clock    TermKind = "calendar" // a category of the local time
	Trend    TermKind = "trend"    // the time in years since 1970
	Missing  TermKind = "missing"  // 1 where a number is missing, else 0
	Cross    TermKind = "cross"    // products of the columns of two terms
)

// Terms returns the terms of X, in order.
func (d *Design) Terms() (terms []Term) {
	width := 0
	add := func(kind TermKind, name string, columns ...string) {
		terms = append(terms, Term{Kind: kind, Name: name, Columns: columns, From: width})
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
			add(Harmonic, fmt.Sprintf("%s_%d", period, k), fmt.Sprintf("%s_sin_%d", period, k),
				fmt.Sprintf("%s_cos_%d", period, k))
		}
	}
	harmonics("annual", d.Annual)
	harmonics("daily", d.Daily)
	if lags := d.LagNames(); len(lags) > 0 {
		add(Lags, d.Target+"_lags", lags...)
	}
	for i := range d.Made {
		made := &d.Made[i]
		var parents []int
		var sides [][]int
		if made.Kind == Hinge || made.Kind == Missing || made.Kind == Cross {
			straight := made.straight(terms)
			for _, name := range made.Of {
				parents = append(parents, termsOf(terms, name)...)
				sides = append(sides, made.side(terms, name, straight >= 0))
			}
			if straight >= 0 {
				parents = append(parents, straight)
			}
		}
		add(made.Kind, made.Name, made.columns(terms, sides)...)
		last := &terms[len(terms)-1]
		last.Parents, last.Sides, last.Made = parents, sides, made
	}
	return terms
}

// columns returns the names of a term's columns, made of those of its sides.
func (t *Spec) columns(terms []Term, sides [][]int) (names []string) {
	switch t.Kind {
	case Hinge:
		for _, k := range t.Knots {
			names = append(names, t.Of[0]+">"+strconv.FormatFloat(k, 'g', -1, 64))
		}
		return names
	case Clock:
		for _, level := range t.Levels {
			names = append(names, t.Name+"="+level)
		}
		return names
	case Cross:
		for _, a := range sides[0] {
			for _, b := range sides[1] {
				names = append(names, columnName(terms, a)+"*"+columnName(terms, b))
			}
		}
		return names
	}
	return []string{t.Name}
}

// termsOf returns the terms that a side of a cross, or what has hinges, is made of: a
// term of that name, with its hinges where the name ends in >, or that of a lag.
func termsOf(terms []Term, name string) (of []int) {
	for i := range terms {
		if term := &terms[i]; term.Kind != Cross && (term.Name == name || term.Name+">" == name ||
			term.Kind == Lags && slices.Contains(term.Columns, name)) {
			of = append(of, i)
		}
	}
	return of
}

// straight returns the term that crosses the same without hinges, −1 if there is none: then
// this one is of the hinges alone.
func (t *Spec) straight(terms []Term) int {
	if t.Kind != Cross || !strings.Contains(t.Name, ">") {
		return -1
	}
	name := strings.TrimSuffix(t.Of[0], ">") + "*" + strings.TrimSuffix(t.Of[1], ">")
	return slices.IndexFunc(terms, func(term Term) bool { return term.Kind == Cross && term.Name == name && name != t.Name })
}

// side returns the columns of X of a side of a cross, or of what has hinges, but for the
// reference, and for the number itself where hinges stand alone.
func (t *Spec) side(terms []Term, name string, alone bool) (columns []int) {
	for _, i := range termsOf(terms, name) {
		term := &terms[i]
		if alone && strings.HasSuffix(name, ">") && term.Kind != Hinge {
			continue
		}
		for k, column := range term.Columns {
			if column != t.Reference && (term.Kind != Lags || column == name) {
				columns = append(columns, term.From+k)
			}
		}
	}
	return columns
}

func columnName(terms []Term, j int) string {
	for i := range terms {
		if term := &terms[i]; j < term.To() {
			return term.Columns[j-term.From]
		}
	}
	return ""
}

// Names returns the names of the columns of X, in order.
func (d *Design) Names() []string {
	names := []string{}
	for _, t := range d.Terms() {
		names = append(names, t.Columns...)
	}
	return names
}

// Harmonics returns the range of the columns of X that are sines and cosines of the year and
// the day.
func (d *Design) Harmonics() (from, to int) {
	from = len(d.Features)
	for _, c := range d.Categories {
		from += len(c.Levels) - 1
	}
	return from, from + 2*(d.Annual+d.Daily)
}

// LagNames returns the names of the lags' columns of X.
func (d *Design) LagNames() (names []string) {
	for _, k := range d.Lags {
		names = append(names, d.Target+"_lag_"+strconv.Itoa(k))
	}
	return names
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
