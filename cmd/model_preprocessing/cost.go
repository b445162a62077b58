package main

import (
	"fmt"
	"slices"

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
	said := fmt.Sprintf("only %d of %d rows can be used", c.Used, rows)
	if c.Used == 0 {
		said = fmt.Sprintf("none of the %d rows can be used", rows)
	}
	if n := c.Left.NoTarget; n > 0 {
		said += fmt.Sprintf("; %d lack the target %q", n, d.Target)
	}
	type column struct {
		name string
		design.Gap
	}
	var empty []string // columns
	var alone int64    // rows that lack nothing but the last of these
	var worst []column // of the others
	for j, name := range d.Lacking() {
		switch {
		case c.Gaps == nil || c.Gaps[j].Rows == 0:
		case c.Gaps[j].Rows == rows-c.Left.NoTarget:
			empty, alone = append(empty, name), c.Gaps[j].Alone
		default:
			worst = append(worst, column{name, c.Gaps[j]})
		}
	}
	slices.SortStableFunc(worst, func(a, b column) int { return int(b.Rows - a.Rows) })
	for i, w := range worst {
		if i == 3 {
			said += fmt.Sprintf(", %s", cli.Plural(len(worst)-3, "more column has gaps", "more columns have gaps"))
			break
		}
		said += fmt.Sprintf("%c %d lack %q", ";,,"[i], w.Rows, w.name)
		if len(empty) == 0 {
			said += fmt.Sprintf(" (without that column %d could be used)", c.Used+w.Alone)
		}
	}
	if n := c.Left.MissingLag; n > 0 {
		said += fmt.Sprintf("; %d lack a lag", n)
	}
	without := ""
	if len(empty) > 0 {
		said += fmt.Sprintf("; no row with a target has anything in %s", table.Quote(empty))
		without = "without it, "
	}
	if len(empty) > 0 && len(empty) < len(d.Features) {
		said += ": leave that out with -features"
		if len(empty) == 1 {
			said += fmt.Sprintf(", which keeps %d", c.Used+alone)
		}
	}
	if n := c.Left.MissingFeature; n > 0 && len(empty) < len(d.Features) {
		upTo := ""
		if len(d.Lags) > 0 { // some of these rows may lack a lag too
			upTo = "up to "
		}
		said += fmt.Sprintf("; %s-missing mean would keep %s%d", without, upTo, c.Used+n)
	}
	if c.Used == 0 {
		return fmt.Errorf("%s", said)
	}
	o.Warnf("%s", said)
	return nil
}
