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

// sayTerms tells what is made of the columns.
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
}
