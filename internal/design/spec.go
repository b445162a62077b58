package design

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones where the system has none

	"mlpipeline/internal/artifact"
)

// Spec is a term that is made of other columns, besides the features, harmonics and lags.
// Hinges and crosses have no mean and scale before a model is trained: what standardises
// them follows from its triangle.
type Spec struct {
	Name  string    `json:"name"`
	Kind  TermKind  `json:"kind"`
	Of    []string  `json:"of"`              // a column; the time; the two sides of a cross
	Knots []float64 `json:"knots,omitempty"` // of hinges, ascending, in the unit of the column
	// Levels are those of a calendar category that training rows have.
	Levels []string `json:"levels,omitempty"`
	// Reference is the column of a category that has no cross: the most frequent level's.
	Reference string `json:"reference,omitempty"`
}

// Asked is what is to be made besides, before the scaler knows of what.
type Asked struct {
	Auto     bool     `json:"auto,omitempty"` // propose terms, for cross-validation to choose from
	Hinges   []string `json:"hinges,omitempty"`
	Calendar []string `json:"calendar,omitempty"`
	Trend    bool     `json:"trend,omitempty"`
	Crosses  []string `json:"crosses,omitempty"`
}

// TrendName is the trend's column of X.
const TrendName = "trend"

// Derived says of each column of X whether it has no mean and scale in a scaler.
func (d *Design) Derived() []bool {
	var derived []bool
	for _, term := range d.Terms() {
		for range term.Columns {
			derived = append(derived, term.Kind == Hinge || term.Kind == Cross)
		}
	}
	return derived
}

const mostKnots = 50 // of a column

// ParseHinge reads what -hinge takes: a column, column:K or column@k1/k2. A column of
// exactly that name comes first. count is 0 where the knots are given.
func (d *Design) ParseHinge(item string) (of string, count int, knots []float64, err error) {
	const usual = 5
	if d.bends(item) {
		return item, usual, nil, nil
	}
	if i := strings.LastIndexByte(item, ':'); i > 0 && d.bends(item[:i]) {
		if count, err = strconv.Atoi(item[i+1:]); err != nil || count < 1 || count > mostKnots {
			return "", 0, nil, fmt.Errorf("%q: %q is not a number of knots from 1 to %d", item, item[i+1:], mostKnots)
		}
		return item[:i], count, nil, nil
	}
	if i := strings.LastIndexByte(item, '@'); i > 0 && d.bends(item[:i]) {
		for _, s := range strings.Split(item[i+1:], "/") {
			k, err := strconv.ParseFloat(s, 64)
			if err != nil || math.IsNaN(k) || math.IsInf(k, 0) {
				return "", 0, nil, fmt.Errorf("%q: %q is not a knot, a number in the unit of the column", item, s)
			}
			knots = append(knots, k)
		}
		slices.Sort(knots)
		return item[:i], 0, slices.Compact(knots), nil
	}
	return "", 0, nil, fmt.Errorf("%q is not the name of a column of numbers, nor NAME:KNOTS or NAME@KNOT/KNOT", item)
}

// kindOf returns the kind of the term that a name stands for: a feature, a calendar category,
// the trend or a lag; "" for none.
func (d *Design) kindOf(name string) TermKind {
	switch {
	case d.category(name) != nil:
		return Word
	case slices.Contains(d.Features, name):
		return Number
	case slices.Contains(d.Asked.Calendar, name):
		return Clock
	case name == TrendName && d.Asked.Trend:
		return Trend
	case slices.Contains(d.LagNames(), name):
		return Lags
	}
	return ""
}

// bends reports whether a column may have hinges.
func (d *Design) bends(name string) bool {
	return slices.Contains([]TermKind{Number, Lags, Trend}, d.kindOf(name))
}

// wordy reports whether a name is that of a category.
func (d *Design) wordy(name string) bool {
	return slices.Contains([]TermKind{Word, Clock}, d.kindOf(name))
}

// ParseCross finds the two sides of LEFT*RIGHT, each a column, a calendar category, the
// trend, or NAME> for a number with its hinges.
func (d *Design) ParseCross(item string) (left, right string, err error) {
	ways := 0
	for i := range item {
		if item[i] == '*' && d.crosses(item[:i]) && d.crosses(item[i+1:]) {
			left, right = item[:i], item[i+1:]
			ways++
		}
	}
	switch {
	case ways == 0:
		return "", "", fmt.Errorf("%q is not LEFT*RIGHT, each of them a column, a calendar category, trend, "+
			"or NAME> for a number with its hinges", item)
	case ways > 1:
		return "", "", fmt.Errorf("%q can be split in %d ways; rename a column that has a * in its name", item, ways)
	case left == right:
		return "", "", fmt.Errorf("%q crosses a column with itself; -hinge lets it bend", item)
	case d.wordy(left) && d.wordy(right):
		return "", "", fmt.Errorf("%q crosses two categories; one side must be a number", item)
	}
	return left, right, nil
}

// crosses reports whether a name may be a side of a cross.
func (d *Design) crosses(name string) bool {
	hinged, ok := strings.CutSuffix(name, ">")
	ok = ok && slices.ContainsFunc(d.Asked.Hinges, func(item string) bool {
		of, _, _, err := d.ParseHinge(item)
		return err == nil && of == hinged
	})
	return ok || d.kindOf(name) != ""
}

// CategoryTerms returns the categories, those of the table and then of the calendar.
func (d *Design) CategoryTerms() []Term {
	return slices.DeleteFunc(d.Terms(), func(term Term) bool { return term.Kind != Word && term.Kind != Clock })
}

// observed returns the terms that a scaler's pass looks at: the calendar, without its levels,
// and the trend. With Auto they are those that may be proposed.
func (a *Asked) observed(d *Design) (terms []Spec) {
	proposed := func(name string) bool { return a.Auto && d.Time != "" && !slices.Contains(d.Features, name) }
	calendar := slices.Clone(a.Calendar)
	for _, name := range []string{"hour", "weekday", "month", "holiday"} {
		if proposed(name) && !slices.Contains(calendar, name) && (name != "holiday" || len(d.Holidays) > 0) {
			calendar = append(calendar, name)
		}
	}
	for _, name := range calendar {
		terms = append(terms, Spec{Name: name, Kind: Clock, Of: []string{d.Time}})
	}
	if a.Trend || proposed(TrendName) {
		terms = append(terms, Spec{Name: TrendName, Kind: Trend, Of: []string{d.Time}})
	}
	return terms
}

// CheckAsked reports what cannot be made of the columns.
func (d *Design) CheckAsked() error {
	a := &d.Asked
	bent := map[string]bool{}
	for _, item := range a.Hinges {
		of, _, _, err := d.ParseHinge(item)
		if err != nil {
			return fmt.Errorf("-hinge %w", err)
		}
		if bent[of] {
			return fmt.Errorf("-hinge %q: %q is bent already; give all its knots at once, as %s@K1/K2", item, of, of)
		}
		bent[of] = true
	}
	for _, item := range a.Crosses {
		if _, _, err := d.ParseCross(item); err != nil {
			return fmt.Errorf("-cross %w", err)
		}
	}
	for _, name := range a.Calendar {
		if slices.Contains(d.Features, name) {
			return fmt.Errorf("-calendar %s: the table has a column %q; that is a feature already", name, name)
		}
	}
	return nil
}

// Complete asks for what the crosses that are asked for are made of.
func (a *Asked) Complete(features []string) {
	include := func(list *[]string, name string) {
		if !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	known := func(side string) bool {
		return side == TrendName || calendarOf(side) != nil || slices.Contains(features, side) ||
			slices.Contains(features, strings.TrimSuffix(side, ">"))
	}
	for _, item := range a.Crosses {
		for i := range len(item) {
			left, right := item[:i], item[i+1:]
			if item[i] != '*' || strings.Count(item, "*") > 1 && !(known(left) && known(right)) { // a name may have stars
				continue
			}
			for _, side := range []string{left, right} {
				hinged, bends := strings.CutSuffix(side, ">")
				switch {
				case slices.Contains(features, side):
				case calendarOf(side) != nil:
					include(&a.Calendar, side)
				case side == TrendName:
					a.Trend = true
				case bends && !slices.ContainsFunc(a.Hinges, func(h string) bool {
					return h == hinged || strings.HasPrefix(h, hinged+":") || strings.HasPrefix(h, hinged+"@")
				}):
					a.Hinges = append(a.Hinges, hinged)
				}
			}
		}
	}
}

// checkTerms reports terms that no scaler makes, whatever they are read from.
func (d *Design) checkTerms() error {
	const mostTerms = 10000
	if len(d.Made) > mostTerms {
		return fmt.Errorf("%d terms are more than %d", len(d.Made), mostTerms)
	}
	for _, t := range d.Made {
		sides, ok := 1, true
		switch t.Kind {
		case Hinge:
			ok = len(t.Knots) > 0 && len(t.Knots) <= mostKnots && ascending(t.Knots) &&
				artifact.Impossible(t, math.MaxFloat64) == ""
		case Clock:
			c := calendarOf(t.Name)
			ok = d.Time != "" && c != nil && ascending(t.Levels) &&
				!slices.ContainsFunc(t.Levels, func(level string) bool { return !slices.Contains(c.levels, level) })
		case Trend:
			ok = d.Time != "" && t.Name == TrendName
		case Missing:
			ok = d.Missing == Indicator
		case Cross:
			sides = 2
		default:
			ok = false
		}
		if !ok || len(t.Of) != sides {
			return fmt.Errorf("the term %.40q cannot be", t.Name)
		}
	}
	for _, term := range d.Terms() {
		for _, side := range term.Sides {
			if len(side) == 0 || term.Kind != Cross && len(side) != 1 {
				return fmt.Errorf("the term %.40q is made of what is not there", term.Name)
			}
		}
	}
	return nil
}

// checkCalendar reports what is wrong with the flags about the time.
func (d *Design) checkCalendar() error {
	a := &d.Asked
	for _, name := range a.Calendar {
		if calendarOf(name) == nil {
			var names []string
			for _, c := range calendars {
				names = append(names, c.name)
			}
			return fmt.Errorf("-calendar %q is none of %s", name, strings.Join(names, ", "))
		}
		if name == "holiday" && len(d.Holidays) == 0 {
			return errors.New("-calendar holiday needs the dates: -holidays FILE, one date such as 2026-12-25 a line")
		}
	}
	if d.Time == "" && (len(a.Calendar) > 0 || a.Trend) {
		return errors.New("-calendar and -trend need a time column")
	}
	if _, err := time.LoadLocation(d.Zone); err != nil {
		return fmt.Errorf("-zone %q is not the name of a time zone such as Europe/Vienna", d.Zone)
	}
	return nil
}

// ParseList reads a flag that is a list of names, written as CSV.
func ParseList(list string) ([]string, error) {
	if list == "" {
		return []string{}, nil
	}
	names, err := csv.NewReader(strings.NewReader(list)).Read()
	if err != nil {
		return nil, errors.New(`is no list; write it as a line of CSV: 'a,"b, c"'`)
	}
	return names, nil
}

// ascending reports whether each element of a list is larger than the one before.
func ascending[T cmp.Ordered](list []T) bool {
	for i := 1; i < len(list); i++ {
		if !(list[i-1] < list[i]) {
			return false
		}
	}
	return true
}
