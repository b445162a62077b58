package importer

import (
	"maps"
	"slices"

	"mlpipeline/internal/dataset"
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
	negativeCells // by parentheses, or a minus after
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

// Merge includes the cells of o, after those of c.
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
		*a = maps.Clone(b)
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
