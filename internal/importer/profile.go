package importer

import (
	"bytes"
	"math"
	"slices"
	"sync/atomic"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// Column is what is known of the cells of a column: counts by what they can be
// read as, from which alone follows what the column is. The records of two runs
// of rows merge, in any order. The zero value has seen no cell.
type Column struct {
	Rows     int64
	Missing  [len(missing)]int64 // by spelling, see missing
	Named    int64               // cells that -missing names
	Marks    [len(marks)]int64   // by spelling, see marks
	Sentinel [len(sentinels)]int64

	// Numbers: whole ones, those with a decimal point (or commas between
	// thousands), and with a decimal comma (or points between thousands). Some can
	// be read both ways.
	Whole, Point, Comma span
	EitherPoint         int64 // of these: written with a point, as 1.234
	EitherComma         int64 // and with a comma, as 1,234
	Grouped             int64 // with signs between thousands, if read with a decimal point
	Zeros               int64 // whole ones that begin with zeros
	Width               width // digits of the whole ones
	Percent             int64
	Negative            int64 // in parentheses
	Currency            map[rune]int64
	Sum, Squares        uint64 // of the whole numbers, modulo 2⁶⁴

	Text   int64            // cells that are none of these
	Levels map[string]int64 // the different ones of those, and of the numbers with zeros, with their counts
	Many   bool             // they are more than are counted

	Times       []fit   // how many cells the layouts read that read one of a block's first
	Differ      example // a cell that they read as different times
	FirstText   example
	FirstEither example
	FirstOdd    example // a number that is not plain
	Example     example // the first cell that is not missing

	tried int // cells of a block that all layouts were tried on
}

// fit is how many cells a layout reads.
type fit struct {
	layout int
	n      int64
}

// timeTries is how many of a block's first cells all layouts are tried on. A layout
// that reads every cell is found by one; so many bad ones do not hide it.
const timeTries = 5

// mostLevels bounds the different texts of a column that are counted: with more,
// it is an identifier.
const mostLevels = 10000

// levelsOf bounds them where there are many columns.
func levelsOf(columns int) int { return max(100, min(mostLevels, 2_000_000/columns)) }

func addCounts(a, b []int64) {
	for i, n := range b {
		a[i] += n
	}
}

// Merge includes the cells of o, which belongs to the other from then on.
func (c *Column) Merge(o *Column, most int) {
	c.Rows += o.Rows
	addCounts(c.Missing[:], o.Missing[:])
	addCounts(c.Marks[:], o.Marks[:])
	addCounts(c.Sentinel[:], o.Sentinel[:])
	c.Named += o.Named
	c.Whole.merge(o.Whole)
	c.Point.merge(o.Point)
	c.Comma.merge(o.Comma)
	c.EitherPoint += o.EitherPoint
	c.EitherComma += o.EitherComma
	c.Grouped += o.Grouped
	c.Zeros += o.Zeros
	c.Width.merge(o.Width)
	c.Percent += o.Percent
	c.Negative += o.Negative
	for sign, n := range o.Currency {
		c.addCurrency(sign, n)
	}
	c.Sum += o.Sum
	c.Squares += o.Squares
	c.Text += o.Text
	if c.Many = c.Many || o.Many; !c.Many && c.Levels == nil {
		c.Levels = o.Levels
	} else if !c.Many {
		for level, n := range o.Levels {
			c.Levels[level] += n
		}
		c.Many = len(c.Levels) > most
	}
	if c.Many {
		c.Levels = nil
	}
	for _, f := range o.Times {
		c.read(f.layout, f.n)
	}
	c.Differ.merge(o.Differ)
	c.FirstText.merge(o.FirstText)
	c.FirstEither.merge(o.FirstEither)
	c.FirstOdd.merge(o.FirstOdd)
	c.Example.merge(o.Example)
}

// read counts cells that a layout reads.
func (c *Column) read(layout int, n int64) {
	for i := range c.Times {
		if c.Times[i].layout == layout {
			c.Times[i].n += n
			return
		}
	}
	c.Times = append(c.Times, fit{layout, n})
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

func (c *Column) addCurrency(sign rune, n int64) {
	if c.Currency == nil {
		c.Currency = map[rune]int64{}
	}
	c.Currency[sign] += n
}

// gaps returns how many cells are missing however the column is read.
func (c *Column) gaps() (n int64) {
	for _, m := range c.Missing {
		n += m
	}
	return n + c.Named
}

func (c *Column) marked() (n int64) {
	for _, m := range c.Marks {
		n += m
	}
	return n
}

// profiler adds cells to columns.
type profiler struct {
	layouts []layout
	named   map[string]bool // cells that -missing names
	numbers []float64       // and numbers
	bare    []bool          // of each column: bare numbers may be times
	most    int             // see levelsOf
	many    []atomic.Bool   // columns known to have more levels than are counted
	days    csv.DayCache
}

func newProfiler(bare []bool, opt *Options) *profiler {
	p := &profiler{bare: bare, most: levelsOf(len(bare)), many: make([]atomic.Bool, len(bare))}
	p.named, p.numbers = opt.missing()
	p.layouts = opt.layouts()
	return p
}

// add includes a cell, whatever it is.
func (p *profiler) add(c *Column, j int, cell []byte, line int64) {
	if i := missingIndex(cell); i >= 0 {
		c.Missing[i]++
		return
	}
	if p.named[string(cell)] {
		c.Named++
		return
	}
	c.Example.see(cell, line)
	n, ok := readCell(cell)
	if bare := ok && bareNumber(cell); !bare || p.bare[j] {
		p.time(c, cell, line)
	}
	if ok {
		p.number(c, j, &n, cell, line)
		return
	}
	if i := markIndex(cell); i >= 0 {
		c.Marks[i]++
	} else {
		c.Text++
		c.FirstText.see(cell, line)
	}
	p.level(c, j, cell)
}

// time counts the layouts that read the cell.
func (p *profiler) time(c *Column, cell []byte, line int64) {
	if len(cell) > 50 || !slices.ContainsFunc(cell, isDigit) {
		return
	}
	if len(p.layouts) > 1 {
		if _, ok := fastISO(&p.days, cell); ok {
			forms := isoForms().date
			if len(cell) > 10 {
				forms = isoForms().time
			}
			for _, layout := range forms {
				c.read(layout, 1)
			}
			return
		}
	}
	if c.tried < timeTries {
		c.tried++
		for _, layout := range fitting(p.layouts, string(cell)) {
			c.read(layout, 0)
		}
	}
	var first dataset.Time
	seen := false
	for i := range c.Times {
		t, err := p.layouts[c.Times[i].layout].parse(string(cell))
		if err != nil {
			continue
		}
		c.Times[i].n++
		if seen && t != first {
			c.Differ.see(cell, line)
		}
		first, seen = t, true
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (p *profiler) level(c *Column, j int, cell []byte) {
	if c.Many = c.Many || p.many[j].Load(); c.Many {
		c.Levels = nil
		return
	}
	if c.Levels == nil {
		c.Levels = map[string]int64{}
	}
	if len(cell) > 200 {
		cell = cell[:200]
	}
	c.Levels[string(cell)]++
	if len(c.Levels) > p.most {
		c.Many, c.Levels = true, nil
	}
}

func (p *profiler) number(c *Column, j int, n *number, cell []byte, line int64) {
	if slices.Contains(p.numbers, n.point) || n.point != n.point && slices.Contains(p.numbers, n.comma) {
		c.Named++
		return
	}
	for i, s := range sentinels {
		if n.point == s {
			c.Sentinel[i]++
			return
		}
	}
	point, comma := n.point == n.point, n.comma == n.comma
	if n.percent {
		c.Percent++
	}
	if n.negative {
		c.Negative++
	}
	if n.currency != 0 {
		c.addCurrency(n.currency, 1)
	}
	if !n.plain {
		c.FirstOdd.see(cell, line)
	}
	if n.whole {
		c.Whole.add(n.point, line)
		c.count(n.point)
		c.Width.add(n.digits)
		if n.zeros {
			c.Zeros++
			p.level(c, j, cell)
		}
		return
	}
	if point {
		c.Point.add(n.point, line)
	}
	if comma {
		c.Comma.add(n.comma, line)
	}
	written := bytes.IndexByte(cell, ',') >= 0
	switch {
	case point && comma && written:
		c.EitherComma++
		c.FirstEither.see(cell, line)
	case point && comma:
		c.EitherPoint++
		c.FirstEither.see(cell, line)
	}
	if point && written || comma && !point && bytes.IndexByte(cell, '.') >= 0 {
		c.Grouped++
	}
}

// count includes a whole number in the sums that tell a column that counts.
func (c *Column) count(v float64) {
	if math.Abs(v) < 1<<53 {
		u := uint64(int64(v))
		c.Sum += u
		c.Squares += u * u
	}
}

// counts reports whether the cells are 0, 1, 2, … or 1, 2, 3, …, in any order: as
// many, between the same bounds, of the same sum and sum of squares.
func (c *Column) counts() bool {
	n := c.Whole.N
	if n == 0 || n != c.Rows || c.Whole.Min() != 0 && c.Whole.Min() != 1 || c.Whole.Max()-c.Whole.Min() != float64(n-1) {
		return false
	}
	var sum, squares uint64
	for k := uint64(c.Whole.Min()); k <= uint64(c.Whole.Max()); k++ {
		sum += k
		squares += k * k
	}
	return sum == c.Sum && squares == c.Squares
}
