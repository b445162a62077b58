package metrics

import (
	"math"
	"slices"
)

const (
	pitBins   = 20
	histogram = 32 // bins of a quarter, from −4 to 4
	grid      = 24 // cells of a quarter of the target's deviation in training, from −3 to 3
)

// Counts are how many rows there are of a kind. Whole numbers add up to the same in
// any order, so that there is one for all files.
type Counts struct {
	// Rows by the probability that their prediction gave to less than what was
	// measured (probability integral transform): from 0 to 0.05, to 0.1, …
	PIT []int64 `json:"pit"`
	// Rows by their residual in units of its standard deviation σ̂·√(1 + h): below −4, to
	// −3.75, …, to 4, above.
	Histogram []int64 `json:"histogram"`
	Density   Density `json:"density"`
}

// Density counts rows by what was predicted and what was measured: below From, in
// cells of Width, and above them.
type Density struct {
	From  float64   `json:"from"`
	Width float64   `json:"width"` // 0 while there are no rows
	Rows  [][]int64 `json:"rows"`  // by the prediction, and in each by what was measured
}

func (c *Counts) grow() {
	if c.Histogram != nil {
		return
	}
	c.Histogram = make([]int64, histogram+2)
	c.Density.Rows = make([][]int64, grid+2)
	for i := range c.Density.Rows {
		c.Density.Rows[i] = make([]int64, grid+2)
	}
}

// Add includes the rows of a sample that have a target.
func (c *Counts) Add(s *Sample) {
	c.grow()
	if len(s.Spread) > 0 && c.PIT == nil {
		c.PIT = make([]int64, pitBins)
	}
	scale := s.Scale
	c.Density.From, c.Density.Width = scale.from, scale.width
	unit, cells := scale.unit(), 1/scale.width
	var bars [histogram + 2]int64
	var square [(grid + 2) * (grid + 2)]int64
	for i, y := range s.Actual {
		predicted := s.Predicted[i]
		e := y - predicted
		if e != e {
			continue
		}
		square[bin((predicted-scale.from)*cells, grid)*(grid+2)+bin((y-scale.from)*cells, grid)]++
		z := e * unit
		if len(s.Spread) > 0 {
			z = e / s.Spread[i]
			c.PIT[scale.pit.find(z)]++
		}
		bars[bin(float64(z*4)+histogram/2, histogram)]++
	}
	plus(c.Histogram, bars[:])
	for i, column := range c.Density.Rows {
		plus(column, square[i*(grid+2):][:grid+2])
	}
}

// bin returns where a number belongs: 0 below 0, 1 to n, n + 1 from n.
func bin(v float64, n int) int {
	if v < 0 {
		return 0
	}
	if k := int(v); k < n && v < float64(n) {
		return k + 1
	}
	return n + 1
}

// Merge includes the rows of o, by the same model.
func (c *Counts) Merge(o *Counts) {
	if o.Density.Width == 0 {
		return
	}
	c.grow()
	c.Density.From, c.Density.Width = o.Density.From, o.Density.Width
	if len(c.PIT) == 0 {
		c.PIT = make([]int64, len(o.PIT))
	}
	plus(c.PIT, o.PIT)
	plus(c.Histogram, o.Histogram)
	for i, column := range o.Density.Rows {
		plus(c.Density.Rows[i], column)
	}
}

func plus(to, from []int64) {
	for i, n := range from {
		to[i] += n
	}
}

// clone returns a copy, with lists that are empty where there is nothing.
func (c *Counts) clone() Counts {
	o := Counts{append([]int64{}, c.PIT...), append([]int64{}, c.Histogram...), c.Density}
	o.Density.Rows = [][]int64{}
	for _, column := range c.Density.Rows {
		o.Density.Rows = append(o.Density.Rows, slices.Clone(column))
	}
	return o
}

// fits reports counts as Add makes them, or none.
func (c *Counts) fits() bool {
	if c.Density.Width == 0 {
		return len(c.PIT)+len(c.Histogram)+len(c.Density.Rows) == 0
	}
	square := !slices.ContainsFunc(c.Density.Rows, func(column []int64) bool { return len(column) != grid+2 })
	return (len(c.PIT) == 0 || len(c.PIT) == pitBins) && len(c.Histogram) == histogram+2 &&
		len(c.Density.Rows) == grid+2 && square && !math.IsNaN(c.Density.From) && c.Density.Width > 0
}
