package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// sayCost tells which columns cost how many rows, where less than four fifths of them
// can be used. That none can is an error.
func sayCost(o *options, d *design.Design, datasets []scaler.Dataset) error {
	var rows int64
	var c design.Tally
	for _, ds := range datasets {
		rows += ds.Rows
		c.Merge(design.Tally{Used: ds.Used, Left: ds.Dropped, Gaps: ds.Gaps})
	}
	if float64(c.Used) >= 0.8*float64(rows) {
		return nil
	}
	said := []string{fmt.Sprintf("only %d of %d rows can be used", c.Used, rows)}
	if c.Used == 0 {
		said[0] = fmt.Sprintf("none of the %d rows can be used", rows)
	}
	if n := c.Left.NoTarget; n > 0 {
		said = append(said, fmt.Sprintf("%d lack the target %q", n, d.Target))
	}
	said = append(said, costOfColumns(d, &c, rows-c.Left.NoTarget)...)
	if c.Used == 0 {
		return errors.New(strings.Join(said, "; "))
	}
	o.Warnf("%s", strings.Join(said, "; "))
	return nil
}

// costOfColumns tells which columns have gaps in so many rows with a target, the worst
// first, and what would do without them.
func costOfColumns(d *design.Design, c *design.Tally, rows int64) (said []string) {
	type column struct {
		name string
		design.Gap
	}
	var gaps, empty []column
	var names []string // of the empty ones
	for j, gap := range c.Gaps {
		switch name := d.Lacking()[j]; gap.Rows {
		case 0:
		case rows:
			empty, names = append(empty, column{name, gap}), append(names, name)
		default:
			gaps = append(gaps, column{name, gap})
		}
	}
	slices.SortStableFunc(gaps, func(a, b column) int { return int(b.Rows - a.Rows) })
	var worst []string
	for _, g := range gaps[:min(3, len(gaps))] {
		lack := fmt.Sprintf("%d lack %q", g.Rows, g.name)
		if len(empty) == 0 {
			lack += fmt.Sprintf(" (without that column %d could be used)", c.Used+g.Alone)
		}
		worst = append(worst, lack)
	}
	if more := len(gaps) - len(worst); more > 0 {
		worst = append(worst, cli.Plural(more, "more column has gaps", "more columns have gaps"))
	}
	if len(worst) > 0 {
		said = append(said, strings.Join(worst, ", "))
	}
	if n := c.Left.MissingLag; n > 0 {
		said = append(said, fmt.Sprintf("%d lack a lag", n))
	}
	nothing := "no row with a target has anything in " + table.Quote(names)
	mean := fmt.Sprintf("-missing mean would keep %d", c.Used+c.Left.MissingFeature)
	if len(d.Lags) > 0 { // some of these rows may lack a lag too
		mean = strings.Replace(mean, "keep", "keep up to", 1)
	}
	switch {
	case c.Left.MissingFeature == 0:
	case len(empty) == 0:
		said = append(said, mean)
	case len(empty) == len(d.Features):
		said = append(said, nothing)
	case len(empty) == 1:
		said = append(said, fmt.Sprintf("%s: leave that out with -features, which keeps %d", nothing, c.Used+empty[0].Alone),
			"without it, "+mean)
	default:
		said = append(said, nothing+": leave these out with -features", "without them, "+mean)
	}
	return said
}
