package importer

import (
	"math"
	"slices"
	"sync/atomic"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/times"
)

// profiler adds cells to columns.
type profiler struct {
	reader
	layouts []times.Layout
	parts   int           // the one of them that is numbers, each a part
	bare    []bool        // of each column: bare numbers may be times
	most    int           // see levelsOf
	many    []atomic.Bool // columns known to have more levels than are counted
	days    csv.MonthCache
}

func newProfiler(bare []bool, opt *Options) *profiler {
	p := &profiler{reader: newReader(opt), layouts: opt.layouts(), bare: bare, most: levelsOf(len(bare)),
		many: make([]atomic.Bool, len(bare))}
	p.parts = max(0, slices.IndexFunc(p.layouts, func(l times.Layout) bool { return l.Name == "parts" }))
	return p
}

// add includes a cell, whatever it is, and returns what.
func (p *profiler) add(c *Column, j int, cell []byte, line int64) meaning {
	c.Rows++
	if cap(cell) >= len(cell)+csv.Padding {
		v, end, ok := csv.ShortNumber(cell[:len(cell)+csv.Padding], 0)
		if ok && end == len(cell) && p.fast(c, j, cell, v, line) {
			return value
		}
	}
	n, m := p.read(cell)
	switch m {
	case gap:
		if len(cell) == 0 {
			c.counts[emptyCells]++
		} else {
			count(&c.Missing, string(cell))
		}
		return m
	case named:
		c.counts[namedCells]++
		return m
	}
	c.firsts[firstCell].see(cell, line)
	if m != value || !bareNumber(cell) || p.bare[j] {
		p.time(c, cell, line)
	}
	switch m {
	case value:
		p.number(c, j, &n, cell, line)
	case mark:
		c.counts[markCells]++
		count(&c.Missing, string(cell))
		p.level(c, j, cell)
	case word:
		c.counts[wordCells]++
		c.firsts[firstWord].see(cell, line)
		p.level(c, j, cell)
	}
	return m
}

// fast includes a plain number, if that is all there is to know of it.
func (p *profiler) fast(c *Column, j int, cell []byte, v float64, line int64) bool {
	if p.bare[j] || len(p.numbers) > 0 || cell[0] == '-' && cell[1] == '9' || c.firsts[firstCell].Line == 0 {
		return false
	}
	unsigned := cell
	if cell[0] == '-' {
		unsigned = cell[1:]
	}
	dot := 0
	for dot < len(unsigned) && unsigned[dot] != '.' {
		dot++
	}
	switch {
	case dot < len(unsigned):
		if len(unsigned)-dot == 4 && dot > 0 && dot < 4 && unsigned[0] != '0' || c.firsts[firstPoint].Line == 0 {
			return false // 1.234, perhaps with a sign between thousands
		}
		c.numbers[point].add(v, line)
	case len(unsigned) > 1 && unsigned[0] == '0':
		return false
	default:
		c.addWhole(v, len(unsigned), line)
	}
	return true
}

// time counts the layouts that read the cell.
func (p *profiler) time(c *Column, cell []byte, line int64) {
	if len(cell) > 90 || !slices.ContainsFunc(cell, isDigit) {
		return
	}
	if len(p.layouts) > 1 {
		if t, ok := times.FastISO(&p.days, cell); ok {
			forms := times.ISOForms().Date
			if len(cell) > 10 {
				forms = times.ISOForms().Time
			}
			for _, layout := range forms {
				c.read(layout, t)
			}
			return
		}
	}
	if c.tried < timeTries {
		c.tried++
		for _, layout := range times.Fitting(p.layouts, string(cell)) {
			c.fit(layout)
		}
	}
	var first dataset.Time
	seen := false
	for i := range c.Times {
		t, ok := p.layouts[c.Times[i].layout].Parse(string(cell))
		if !ok {
			continue
		}
		c.read(c.Times[i].layout, t.Time)
		if seen && t.Time != first {
			c.firsts[firstDiffer].see(cell, line)
		}
		first, seen = t.Time, true
	}
}

func (p *profiler) level(c *Column, j int, cell []byte) {
	if c.Many = c.Many || p.many[j].Load(); c.Many {
		c.Levels = nil
		return
	}
	count(&c.Levels, string(cell[:min(len(cell), 200)]))
	if len(c.Levels) > p.most {
		c.Many, c.Levels = true, nil
	}
}

func (p *profiler) number(c *Column, j int, n *number, cell []byte, line int64) {
	for i, s := range sentinels {
		if n.point == s {
			c.Sentinel[i]++
			return
		}
	}
	isPoint, isComma, commas := n.point == n.point, n.comma == n.comma, slices.Contains(cell, ',')
	tally := func(what int, is bool) {
		if is {
			c.counts[what]++
		}
	}
	tally(unitCells, n.unit != "")
	tally(thinGroups, n.thin)
	tally(negativeCells, n.negative)
	tally(leadingZeros, n.zeros)
	tally(eitherPoint, !n.whole && isPoint && isComma && !commas)
	tally(eitherComma, !n.whole && isPoint && isComma && commas)
	tally(grouped, !n.whole && (isPoint && commas || isComma && !isPoint && slices.Contains(cell, '.')))
	if n.unit != "" {
		if len(c.Units) <= mostUnits {
			count(&c.Units, n.unit)
		}
		c.firsts[firstUnit].see(cell, line)
	}
	if n.unit != "" || n.zeros || p.bare[j] {
		p.level(c, j, cell)
	}
	switch {
	case n.whole:
		c.addWhole(n.point, n.width, line)
	case isPoint && isComma:
		c.firsts[firstEither].see(cell, line)
		c.numbers[point].add(n.point, line)
		c.numbers[comma].add(n.comma, line)
	case isPoint:
		c.firsts[firstPoint].see(cell, line)
		c.numbers[point].add(n.point, line)
	default:
		c.firsts[firstComma].see(cell, line)
		c.numbers[comma].add(n.comma, line)
	}
}

// addWhole includes a whole number, in the sums that tell a column that counts too.
func (c *Column) addWhole(v float64, width int, line int64) {
	c.numbers[whole].add(v, line)
	c.Width.add(width)
	if math.Abs(v) < 1<<53 {
		u := uint64(int64(v))
		c.Sum += u
		c.Squares += u * u
	}
}
