package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
)

// termFlags are the flags of terms that are made of the columns.
func (o *options) termFlags() {
	o.BoolVar(&o.Asked.Auto, "auto", false, "")
	o.BoolVar(&o.Asked.Trend, "trend", false, "")
	o.StringVar(&o.Zone, "zone", "", "")
	o.StringVar(&o.holidays, "holidays", "", "")
	for name, into := range map[string]*[]string{"hinge": &o.Asked.Hinges, "calendar": &o.Asked.Calendar,
		"cross": &o.Asked.Crosses} {
		o.Func(name, "", func(value string) error {
			items, err := design.ParseList(value)
			for _, item := range items {
				if !slices.Contains(*into, item) {
					*into = append(*into, item)
				}
			}
			return err
		})
	}
}

// readTerms completes what the flags of terms say.
func (o *options) readTerms() error {
	if o.Asked.Auto && !o.IsSet("missing") {
		o.Missing = design.Indicator
	}
	if o.holidays == "" {
		return nil
	}
	file, err := os.Open(o.holidays)
	if err != nil {
		return err
	}
	defer file.Close()
	var lines []string
	scan := bufio.NewScanner(file)
	for scan.Scan() {
		lines = append(lines, scan.Text())
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("%s: %w", o.holidays, err)
	}
	if o.Holidays, err = design.ParseHolidays(lines); err != nil {
		return fmt.Errorf("%s:%w", o.holidays, err)
	}
	if len(o.Holidays) == 0 {
		return fmt.Errorf("%s: has no date, such as 2026-12-25, one a line", o.holidays)
	}
	return nil
}

// sayTerms tells what is made of the columns, and what was not proposed.
func sayTerms(o *options, s *scaler.Scaler) {
	counts := map[design.TermKind]int{}
	for _, t := range s.Made {
		counts[t.Kind]++
	}
	var parts []string
	for _, kind := range []struct {
		design.TermKind
		one, many string
	}{{design.Hinge, "column with hinges", "columns with hinges"}, {design.Clock, "calendar category", "calendar categories"},
		{design.Trend, "trend", "trends"}, {design.Missing, "indicator of missing cells", "indicators of missing cells"},
		{design.Cross, "cross", "crosses"}} {
		if n := counts[kind.TermKind]; n > 0 {
			parts = append(parts, cli.Plural(n, kind.one, kind.many))
		}
	}
	if len(parts) > 0 {
		what := "terms"
		if s.Proposed {
			what = "terms for model_preparation to choose from"
		}
		o.Logf("%s: %s; %d columns in all", what, strings.Join(parts, ", "), len(s.FeatureNamesOut))
	}
	if n := len(s.TooMany); n > 0 {
		o.Warnf("%d terms are not proposed, for the columns would be too many: %s; -hinge and -cross ask for them", n,
			strings.Join(s.TooMany[:min(n, 5)], ", "))
	}
	for _, item := range s.Asked.Hinges {
		of, _, _, _ := s.ParseHinge(item)
		if !slices.ContainsFunc(s.Made, func(t design.Spec) bool { return t.Kind == design.Hinge && t.Of[0] == of }) {
			o.Warnf("column %q has no hinges: no quantile of it is between its least number and its greatest; "+
				"-hinge %s@K1/K2 gives them", of, of)
		}
	}
	for _, name := range s.Coarse {
		o.Warnf("column %q has most of its numbers in a narrow range far from zero, and its knots are rough; "+
			"-hinge %s@K1/K2 gives them", name, name)
	}
}
