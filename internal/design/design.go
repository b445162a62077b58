// Package design turns files into rows of X and y: the chosen columns, of categories and the calendar
// one column per level, harmonics, hinges, trend, crosses and lags of the target.
//
// The way of a row through model_preparation, in order. Each step has helpers, which do not
// hand the row on:
//
//	design.Scan.Files             yields once per file, when its last row is in
//	ordered.Map                   shares blocks out among the cores, puts results in order
//	design.Scan.blocks            ties a block to the one before it in its file, for lags
//	table.Scan.Blocks             opens a file and cuts it into blocks
//	csv.Cutter.Next               whole rows, a block at a time
//	design.Scan.process           takes a block through what follows, on one core
//	table.Block.Parse             memory for its columns, the sketch that knows its rows again
//	table.Block.parsePlain        cells become numbers, times and codes of words; parseQuoted with quotes
//	design.Scan.usableRows        which rows have a target and lack nothing
//	design.Scan.makeXY            the columns of X and y of those
//	regression.Factorizer.Gather  the rows of each fold
//	scaler.Scaler.Standardize     [1 | Z | y − mean], z = (x − mean)/scale; StandardizePrecise of small tables
//	regression.Factor.Add         a tile of rows joins a triangle; AddPrecise, with Merge alone where columns are many
//	regression.Folds.Merge        the folds of a block join those of its file, in order
//	regression.Factor.Merge       and so do their triangles
//
// regression.New makes the model of the triangles, and no row is read again.
package design

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Policy says what becomes of a row in which a feature is missing.
type Policy string

const (
	Drop  Policy = "drop"  // the row is not used
	Error Policy = "error" // it is an error
	Mean  Policy = "mean"  // the feature takes its mean, 0 when standardised, as do all levels of a category
	// Indicator is Mean and a column that says so, where training rows lack the feature: 1
	// in those that do, of a category the level MissingLevel.
	Indicator Policy = "indicator"
)

// Design describes the columns of X and y. Its JSON keys are part of
// scaler.json.
type Design struct {
	Target   string   `json:"target"`
	Time     string   `json:"time"` // "" for none
	Features []string `json:"feature_names_in"`
	// Categories are those of the features that hold words, in their order.
	Categories []Category `json:"categories"`
	MaxLevels  int        `json:"max_levels"` // of a category; the rarest beyond are one
	Annual     int        `json:"annual"`     // pairs of sine and cosine of the year
	// AnnualAuto says that Annual is for a scaler to choose: UsualAnnual where the rows
	// show seasons, else 0.
	AnnualAuto bool   `json:"annual_auto,omitempty"`
	Daily      int    `json:"daily"` // pairs of the day
	Lags       []int  `json:"lags"`  // ascending
	Missing    Policy `json:"missing"`
	// Asked are the terms that are asked for, Made what the scaler makes of them.
	Asked    Asked    `json:"asked"`
	Made     []Spec   `json:"terms"`
	Zone     string   `json:"zone,omitempty"`     // of the calendar; "" is UTC
	Holidays []string `json:"holidays,omitempty"` // dates, ascending

	means   []float64 // of the columns of X; see SetMeans
	centred []bool    // which of them a cross takes about their mean: those that hold numbers
}

// SetMeans tells the means of the columns of X, which missing cells take in hinges and
// crosses.
func (d *Design) SetMeans(means []float64) {
	d.means, d.centred = means, nil
	for _, t := range d.Terms() {
		for range t.Columns {
			d.centred = append(d.centred, t.Kind == Number || t.Kind == Lags || t.Kind == Trend)
		}
	}
}

// UsualAnnual is how many pairs of the year there are where rows show seasons.
const UsualAnnual = 2

// Periods of the harmonics in microseconds. The year is the Gregorian mean,
// 365.2425 days. Phase 0 is 1970-01-01T00:00:00Z.
const (
	day  = 86400e6
	Year = 31556952e6
)

// Check reports what is wrong with the design.
func (d *Design) Check() error {
	if err := d.CheckSettings(); err != nil {
		return err
	}
	if err := d.CheckAsked(); err != nil {
		return err
	}
	if len(d.Names()) == 0 && len(d.Categories) == 0 && !d.Asked.Trend && len(d.Asked.Calendar) == 0 {
		return errors.New("there is no feature: no column besides the target, no harmonics, no lags; -lags 1 makes one")
	}
	return nil
}

// CheckSettings is Check while the features may not be known yet.
func (d *Design) CheckSettings() error {
	// The ranges first, before names are made of them.
	for _, check := range []func() error{d.checkRanges, d.checkCategories, d.checkCalendar, d.checkTerms} {
		if err := check(); err != nil {
			return err
		}
	}
	names := d.Names()
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			hint := ""
			if from, _ := d.Harmonics(); i >= from {
				hint = "; rename the column, or do without these harmonics or lags"
			} else if first := slices.Index(d.Features, name); !slices.Contains(d.Features[first+1:], name) {
				hint = ", as a column and as the level of a category; rename the column"
			}
			return fmt.Errorf("the feature %q comes twice%s", name, hint)
		}
		seen[name] = true
	}
	switch {
	case d.Target == "":
		return errors.New("there is no target column")
	case d.Target == d.Time:
		return fmt.Errorf("%q cannot be both the target and the time column", d.Target)
	case seen[d.Target]:
		return fmt.Errorf("the target %q is among the features", d.Target)
	case d.Time != "" && slices.Contains(d.Features, d.Time):
		return fmt.Errorf("the time column %q is among the features; its calendar enters by -annual and -daily", d.Time)
	}
	return nil
}

// checkRanges reports numbers that are too large or too small.
func (d *Design) checkRanges() error {
	switch {
	case d.Annual < 0 || d.Daily < 0 || d.Annual > maxHarmonics || d.Daily > maxHarmonics:
		return fmt.Errorf("%d pairs of harmonics of the year and %d of the day: each is from 0 to %d", d.Annual, d.Daily,
			maxHarmonics)
	case d.AnnualAuto && d.Annual != 0 && d.Annual != UsualAnnual:
		return fmt.Errorf("%d pairs of harmonics of the year are not what seasons in the rows would choose", d.Annual)
	case d.Time == "" && d.Annual+d.Daily > 0:
		return errors.New("harmonics need a time column; use -annual 0 -daily 0")
	case !slices.Contains([]Policy{Drop, Error, Mean, Indicator}, d.Missing):
		return fmt.Errorf("the missing policy %q is none of drop, error, mean, indicator", d.Missing)
	}
	if n := len(d.Lags); n > 0 && !(ascending(d.Lags) && d.Lags[0] >= 1 && d.Lags[n-1] <= maxLag) {
		return fmt.Errorf("the lags %v are not ascending numbers from 1 to %d", d.Lags, maxLag)
	}
	return nil
}

const (
	maxLag       = 10000
	maxHarmonics = 50 // pairs; see HarmonicError
)

// ParseLags reads a list such as "1,2,7".
func ParseLags(list string) ([]int, error) {
	lags := []int{}
	if list == "" {
		return lags, nil
	}
	for _, s := range strings.Split(list, ",") {
		k, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || k < 1 || k > maxLag {
			return nil, fmt.Errorf("lag %q is not a whole number from 1 to %d", s, maxLag)
		}
		lags = append(lags, k)
	}
	slices.Sort(lags)
	return slices.Compact(lags), nil
}
