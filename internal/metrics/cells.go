package metrics

import (
	"math"
	"slices"

	"mlpipeline/internal/design"
)

// Column is a feature, or the target, of which is counted what stands in it. Bins are those
// between the deciles of the rows that the scaler was fitted on, or the levels of a category.
type Column struct {
	Name      string
	At        int       // the column of X, or which of the categories; −1 for the target
	Edges     []float64 // between the bins, which are closed on the right
	Levels    []string  // of a category; nil for numbers
	Low, High float64   // the least and the greatest number
	Mean      float64
	Deviation float64 `range:"0,"` // 0 where all are the same
	// Middles are those of the bins, of a feature to which no hinges were given or proposed:
	// residuals are summed up by bin, to see whether the target bends with it. Nil for others.
	Middles []float64
}

// bins returns how many there are.
func (c *Column) bins() int {
	if c.Levels != nil {
		return len(c.Levels)
	}
	return len(c.Edges) + 1
}

// Cells counts what stands in a column, in some rows.
type Cells struct {
	Bins    []int64 `range:"0,1e12"`
	Missing int64   `range:"0,1e12"`
	Outside int64   `range:"0,1e12"` // numbers beyond those that the scaler was fitted on
	Unseen  int64   `range:"0,1e12"` // cells of a level that it has not
	Dropped int64   `range:"0,1e12"` // rows that lack it and are not counted for that
	Moved   float64 // Σ (x − mean)/deviation
}

// n returns how many cells are in bins.
func (c *Cells) n() (n int64) {
	for _, bin := range c.Bins {
		n += bin
	}
	return n
}

// Columns are those of a design.
type Columns []Column

// Count counts the cells of every step-th of some rows of a block, and sums up the residuals of
// these rows where they are a sample; nil for none.
func (columns Columns) Count(r *design.Rows, from, to, step int, s *Sample) ([]Cells, ResidualsByBin) {
	counted := make([]Cells, len(columns))
	var byBin ResidualsByBin
	var z []unitResidual
	if slices.ContainsFunc(columns, func(c Column) bool { return c.Middles != nil }) {
		z = s.units()
	}
	if z != nil {
		byBin = make(ResidualsByBin, len(columns))
	}
	for i := range columns {
		c, cells := &columns[i], &counted[i]
		cells.Bins = make([]int64, c.bins())
		switch {
		case c.Levels != nil:
			cells.countWords(&r.Codes[c.At], from, to, step)
		case c.At < 0:
			cells.countNumbers(c, r.Y, from, to, step, nil, nil)
		case z != nil && c.Middles != nil:
			byBin[i] = make([]Residuals, tenths)
			cells.countNumbers(c, r.X[c.At], from, to, step, z, byBin[i])
		default:
			cells.countNumbers(c, r.X[c.At], from, to, step, nil, nil)
		}
	}
	return counted, byBin
}

func (c *Cells) countNumbers(column *Column, x []float64, from, to, step int, z []unitResidual, byBin []Residuals) {
	var bins [tenths]int64
	edges := newDeciles(column.Edges)
	sum, mean, low, high := 0.0, column.Mean, column.Low, column.High
	for i := from; i < to; i += step {
		v := x[i]
		if !(v >= low && v <= high) {
			if v != v {
				c.Missing++
				continue
			}
			c.Outside++
		}
		k := edges.bin(v)
		bins[k]++
		if sum += v - mean; z != nil {
			byBin[k].add(&z[i])
		}
	}
	copy(c.Bins, bins[:])
	if column.Deviation > 0 {
		c.Moved = sum / column.Deviation
	}
}

// deciles are edges between bins; those that are left out are infinite.
type deciles [tenths - 1]float64

func newDeciles(edges []float64) *deciles {
	var d deciles
	for k := copy(d[:], edges); k < len(d); k++ {
		d[k] = math.Inf(1)
	}
	return &d
}

// bin returns how many edges are below v: a sum without branches or loops is several times as
// fast as a search.
func (d *deciles) bin(v float64) int {
	return below(d[0], v) + below(d[1], v) + below(d[2], v) + below(d[3], v) + below(d[4], v) + below(d[5], v) +
		below(d[6], v) + below(d[7], v) + below(d[8], v)
}

// below is 1 if a < b, else 0.
func below(a, b float64) int {
	if a < b {
		return 1
	}
	return 0
}

func (c *Cells) countWords(codes *design.Codes, from, to, step int) {
	counts := make([]int64, len(codes.Column))
	for i := from; i < to; i += step {
		counts[codes.Codes[i]]++
	}
	for code, n := range counts {
		j := codes.Column[code]
		if j >= 0 {
			c.Bins[j-codes.From] += n
		}
		switch {
		case code == 0:
			c.Missing += n
		case j < 0:
			c.Unseen += n
		}
	}
}

// Fit reports whether these can be cells of the columns; there may be none.
func (columns Columns) Fit(cells []Cells) bool {
	fit := len(cells) == 0 || len(cells) == len(columns)
	for j := 0; j < len(cells) && fit; j++ {
		fit = len(cells[j].Bins) == columns[j].bins()
	}
	return fit
}

// MergeCells includes cells of the same columns in other rows.
func MergeCells(into *[]Cells, of []Cells) { merge(into, &of) }

// Training is what a model knows of the rows that it was trained on, so that others can be
// compared with them.
type Training struct {
	Cells []Cells
	// Usual is, of every column, the largest distance of a part, a fold of a dataset, from all
	// other rows; none where there are not two parts.
	Usual []float64 `range:"0,"`
	Parts int64     `range:"0,1e12"`
	Held  *Mean     // of the residuals of rows held out; nil without cross-validation
}

// Fits reports whether it can be that of the columns.
func (t *Training) Fits(columns Columns) bool {
	n := len(t.Usual)
	return columns.Fit(t.Cells) && (n == 0 || n == len(columns) && n == len(t.Cells) && t.Parts > 0)
}

// Mean is a mean, with the half of its 95 % interval.
type Mean struct{ Value, Half float64 }

// ResidualMean is the mean residual, nil where fewer than two clusters have rows.
func ResidualMean(clusters []Cluster) *Mean {
	value, _, half := clusterMean(clusters, func(c *Cluster) (int64, float64) { return c.N, c.Residual })
	if math.IsNaN(half) || math.IsInf(half, 0) {
		return nil
	}
	return &Mean{value, half}
}

// leastRows is how many rows have a distance.
const leastRows = 30

// NewTraining sums up the cells of all parts.
func NewTraining(parts [][]Cells) (t Training) {
	for _, part := range parts {
		MergeCells(&t.Cells, part)
	}
	t.Usual = make([]float64, len(t.Cells))
	for j := range t.Cells {
		all, parts := &t.Cells[j], slices.Clone(parts)
		parts = slices.DeleteFunc(parts, func(part []Cells) bool { return len(part) == 0 || part[j].n() < leastRows })
		for _, part := range parts {
			others := slices.Clone(all.Bins)
			for k, n := range part[j].Bins {
				others[k] -= n
			}
			t.Usual[j] = max(t.Usual[j], Round(psi(part[j].Bins, others), 9))
		}
		t.Parts = max(t.Parts, int64(len(parts)))
	}
	if t.Parts < 2 {
		t.Usual = nil
	}
	return t
}
