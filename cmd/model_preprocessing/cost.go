package main

import (
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
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
	var worst []column
	for j, name := range d.Lacking() {
		if c.Gaps != nil && c.Gaps[j].Rows > 0 {
			worst = append(worst, column{name, c.Gaps[j]})
		}
	}
	slices.SortStableFunc(worst, func(a, b column) int { return int(b.Rows - a.Rows) })
	var all []string
	for _, w := range worst[:min(3, len(worst))] {
		all = append(all, fmt.Sprintf("%d lack %q (without that column %d could be used)", w.Rows, w.name, c.Used+w.Alone))
	}
	if more := len(worst) - len(all); more > 0 {
		all = append(all, fmt.Sprintf("%d more columns have gaps", more))
	}
	if len(all) > 0 {
		said += "; " + strings.Join(all, ", ")
	}
	if n := c.Left.MissingLag; n > 0 {
		said += fmt.Sprintf("; %d lack a lag", n)
	}
	if n := c.Left.MissingFeature; n > 0 {
		said += fmt.Sprintf("; -missing mean would keep %d", c.Used+n)
	}
	if c.Used == 0 {
		return fmt.Errorf("%s", said)
	}
	o.Warnf("%s", said)
	return nil
}
