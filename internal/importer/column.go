package importer

import (
	"math"
	"slices"
	"sync/atomic"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/times"
)

// Column is what is known of the cells of a column: counts by what they can be
// read as, from which alone follows what the column is. The records of two runs
// of rows merge. The zero value has seen no cell.
type Column struct {
	Rows     int64
	counts   [countsOf]int64
	numbers  [spansOf]span
	firsts   [examplesOf]example
	Sentinel [len(sentinels)]int64
	Missing  map[string]int64 // cells that are missing, or are in columns of numbers, by spelling
	Units    map[string]int64 // of numbers; nil if there are none, or very many
	Width    width            // digits of the whole numbers
	// Sum and Squares are of the whole numbers, modulo 2⁶⁴.
	Sum, Squares uint64
	Levels       map[string]int64 // the different words, and numbers with a unit or zeros before them, with their counts
	Many         bool             // they are more than are counted
	Times        []fit            // how many cells the layouts read that read one of a block's first

	tried int // cells of a block that all layouts were tried on
}

// What is counted of a column.
const (
	emptyCells    = iota
	namedCells    // that -missing names
	markCells     // that are missing in columns of numbers
	wordCells     // that are none of all these
	unitCells     // numbers with a unit
	eitherPoint   // numbers that can be read with either decimal sign: written with a point, as 1.234
	eitherComma   // and with a comma, as 1,234
	grouped       // with signs between thousands, if read with a decimal point
	thinGroups    // with blanks or apostrophes between thousands
	leadingZeros  // whole ones that begin with zeros
	negativeCells // by parentheses, or a minus behind
	countsOf
)

// Numbers: whole ones, those with a decimal point (or commas between thousands), and
// with a decimal comma (or points between thousands). Some can be read both ways.
const (
	whole = iota
	point
	comma
	spansOf
)

// What is kept the first of, by its line.
const (
	firstCell   = iota // that is not missing
	firstWord          // that is no number
	firstUnit          // number with a unit
	firstEither        // that can be read with either decimal sign
	firstPoint         // that proves a decimal point
	firstComma         // that proves a decimal comma
	firstDiffer        // that is different times in two layouts
	examplesOf
)

// Example is the first cell that is not missing.
func (c *Column) Example() string { return c.firsts[firstCell].Cell }

// fit is how many cells a layout reads, and in which order they stand.
type fit struct {
	layout      int
	n           int64
	first, last dataset.Time
	up, down    int64 // steps from one to the next
}

func (f *fit) merge(o *fit) {
	if f.n > 0 && o.n > 0 {
		f.step(f.last, o.first)
	} else if o.n > 0 {
		f.first = o.first
	}
	if o.n > 0 {
		f.last = o.last
	}
	f.n, f.up, f.down = f.n+o.n, f.up+o.up, f.down+o.down
}

func (f *fit) step(from, to dataset.Time) {
	switch {
	case to > from:
		f.up++
	case to < from:
		f.down++
	}
}

// timeTries is how many of a block's first cells all layouts are tried on. A layout
// that reads every cell is found by one; so many bad ones do not hide it.
const timeTries = 5

// mostLevels bounds the different texts of a column that are counted: with more,
// it is an identifier. mostUnits bounds units, of which a column of numbers has one.
const (
	mostLevels = 10000
	mostUnits  = 64
)

// levelsOf bounds them where there are many columns.
func levelsOf(columns int) int { return max(100, min(mostLevels, 2_000_000/columns)) }

// Merge includes the cells of o, behind those of c, which belongs to the other from then
// on.
func (c *Column) Merge(o *Column, most int) {
	c.Rows += o.Rows
	for i, n := range o.counts {
		c.counts[i] += n
	}
	for i := range o.numbers {
		c.numbers[i].merge(o.numbers[i])
	}
	for i := range o.firsts {
		c.firsts[i].merge(o.firsts[i])
	}
	for i, n := range o.Sentinel {
		c.Sentinel[i] += n
	}
	addCounts(&c.Missing, o.Missing)
	addCounts(&c.Units, o.Units)
	c.Width.merge(o.Width)
	c.Sum += o.Sum
	c.Squares += o.Squares
	addCounts(&c.Levels, o.Levels)
	if c.Many = c.Many || o.Many || len(c.Levels) > most; c.Many {
		c.Levels = nil
	}
	for i := range o.Times {
		c.fit(o.Times[i].layout).merge(&o.Times[i])
	}
}

// addCounts adds the counts of b to those of a.
func addCounts(a *map[string]int64, b map[string]int64) {
	if *a == nil {
		*a = b
		return
	}
	for k, n := range b {
		(*a)[k] += n
	}
}

func count(counts *map[string]int64, what string) {
	if *counts == nil {
		*counts = map[string]int64{}
	}
	(*counts)[what]++
}

// fit returns how a layout fits.
func (c *Column) fit(layout int) *fit {
	for i := range c.Times {
		if c.Times[i].layout == layout {
			return &c.Times[i]
		}
	}
	c.Times = append(c.Times, fit{layout: layout})
	return &c.Times[len(c.Times)-1]
}

// read counts a cell that a layout reads as a time.
func (c *Column) read(layout int, t dataset.Time) {
	c.fit(layout).merge(&fit{layout, 1, t, t, 0, 0})
}

// times returns the layouts that read the most cells, and how many.
func (c *Column) times() (best []int, n int64) {
	for _, f := range c.Times {
		switch {
		case f.n > n:
			best, n = []int{f.layout}, f.n
		case f.n == n && n > 0:
			best = append(best, f.layout)
		}
	}
	slices.Sort(best)
	return best, n
}

// isTime reports whether nearly all cells that are not missing can be read as times.
func (c *Column) isTime() bool {
	_, n := c.times()
	return n > 0 && float64(n) >= (1-mostBad)*float64(c.Rows-c.gaps())
}

// gaps returns how many cells are missing however the column is read.
func (c *Column) gaps() (n int64) {
	n = c.counts[emptyCells] + c.counts[namedCells] - c.counts[markCells]
	for _, m := range c.Missing {
		n += m
	}
	return n
}

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
		if v, end, ok := csv.ShortNumber(cell[:len(cell)+csv.Padding], 0); ok && end == len(cell) && p.fast(c, j, cell, v, line) {
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

// counter reports whether the cells are 0, 1, 2, … or 1, 2, 3, …, in any order: as
// many, between the same bounds, of the same sum and sum of squares.
func (c *Column) counter() bool {
	all := &c.numbers[whole]
	if all.N == 0 || all.N != c.Rows || all.Min() != 0 && all.Min() != 1 || all.Max()-all.Min() != float64(all.N-1) {
		return false
	}
	var sum, squares uint64
	for k := uint64(all.Min()); k <= uint64(all.Max()); k++ {
		sum += k
		squares += k * k
	}
	return sum == c.Sum && squares == c.Squares
}
