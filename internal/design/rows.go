package design

import (
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// Rows are the usable rows of one block. They are valid only during the call
// that they are handed to.
type Rows struct {
	File  int            // index of the file
	Used  int64          // usable rows of the file before these
	N     int            // how many
	X     [][]float64    // p columns of length N, nil for levels; NaN only under the policy Mean
	Codes []Codes        // of the design's categories: what their columns of X are
	Y     []float64      // target, length N; NaN only in a Scan with Unknown
	Prev  []float64      // in a Scan with Previous: the target one row earlier, NaN where unknown
	Times []dataset.Time // length N, or empty without a time column
	Every Every          // all rows of the block

	all    bool           // all rows of the block are used
	kept   []int          // else these
	begins int64          // row of the file with which the block begins
	times  []dataset.Time // memory of Times
	ownX   [][]float64    // of X, where its columns are not the block's
	ownY   []float64      // and of Y
	ownC   [][]int32      // and of Codes
}

// Every are all rows of a block, usable or not.
type Every struct {
	N int // how many
	// In a Scan with All:
	Y     []float64      // target, NaN where missing
	Times []dataset.Time // empty without a time column
	Texts [][]string     // by columns, as Scan.Texts
	Why   []string       // what keeps a row from being used, "" for a usable one
}

// Index returns the row of the file, from 0, of row i.
func (r *Rows) Index(i int) int64 { return r.begins + int64(r.Place(i)) }

// Place returns the row of the block, from 0, of row i.
func (r *Rows) Place(i int) int {
	if r.all {
		return i
	}
	return r.kept[i]
}

// Values returns column j of X in rows from to to, to not included: of a level in
// the memory given, NaN where the category is missing or not known.
func (r *Rows) Values(memory []float64, j, from, to int) []float64 {
	if r.X[j] != nil {
		return r.X[j][from:to]
	}
	k := slices.IndexFunc(r.Codes, func(c Codes) bool { return j >= c.From && j < c.To })
	c := &r.Codes[k]
	for i, code := range c.Rows[from:to] {
		switch c.Column[code] {
		case j:
			memory[i] = 1
		case -1:
			memory[i] = math.NaN()
		default:
			memory[i] = 0
		}
	}
	return memory[:to-from]
}

// target is the last column of a block.
func target(b *table.Block) []float64 { return b.Cols[len(b.Cols)-1] }

// earlier returns the target k rows before row i of the block, NaN where the
// file has none.
func earlier(before, y []float64, i, k int) float64 {
	switch {
	case i >= k:
		return y[i-k]
	case len(before)+i >= k:
		return before[len(before)+i-k]
	}
	return math.NaN()
}

// usableRows sets rows.N, and rows.all or rows.kept, to the usable rows of the block,
// and counts in t why the others are not.
func (s *Scan[R]) usableRows(rows *Rows, b *table.Block, before carry, t *Tally) error {
	rows.kept = rows.kept[:0]
	rows.Every = Every{N: b.Rows}
	if s.All {
		rows.Every = Every{b.Rows, target(b), b.Times, b.Texts, make([]string, b.Rows)}
	}
	if rows.all = b.Gaps == 0 && len(s.Lags) == 0; rows.all {
		rows.N, t.Used = b.Rows, int64(b.Rows)
		return nil
	}
	for i, y := range target(b) {
		known := y == y
		feature := s.missingFeature(b, i, known, t)
		if feature != "" && s.Missing == Error {
			return b.Errorf(i, feature, "is missing; use -missing drop or -missing mean")
		}
		lag := slices.IndexFunc(s.Lags, func(k int) bool { return math.IsNaN(earlier(before.targets, target(b), i, k)) })
		switch {
		case !known:
			t.Left.NoTarget++
		case feature != "":
			t.Left.MissingFeature++
		case lag >= 0:
			t.Left.MissingLag++
		}
		switch {
		case feature == "" && lag < 0 && (known || s.Unknown):
			rows.kept = append(rows.kept, i)
		case !s.All:
		case feature != "":
			rows.Every.Why[i] = feature + " is missing"
		case lag >= 0:
			rows.Every.Why[i] = s.lagName(s.Lags[lag]) + " is missing"
		}
	}
	rows.N = len(rows.kept)
	rows.all = rows.N == b.Rows
	t.Used = int64(rows.N)
	return nil
}

// missingFeature returns the first feature that row i lacks, "" if there is none or it
// takes its mean. What all that are lacking cost is counted, where that is asked for and
// the row has a target.
func (s *Scan[R]) missingFeature(b *table.Block, i int, known bool, t *Tally) (name string) {
	if s.Missing == Mean {
		return ""
	}
	lacking, alone := 0, 0
	numbers := len(s.columns.numbers)
	for j := range len(s.Features) {
		k := j - numbers
		if k < 0 && b.Cols[j][i] == b.Cols[j][i] || k >= 0 && b.Cats[k].Codes[i] != 0 {
			continue
		}
		if lacking++; lacking == 1 {
			name, alone = s.columns.name(j), j
		}
		if s.Gaps && known {
			if t.Gaps == nil {
				t.Gaps = make([]Gap, len(s.Features))
			}
			t.Gaps[j].Rows++
		}
	}
	if lacking == 1 && s.Gaps && known {
		t.Gaps[alone].Alone++
	}
	return name
}

// Gap says how many rows with a target lack a feature, and how many of these lack
// nothing else.
type Gap struct {
	Rows  int64 `json:"rows"`
	Alone int64 `json:"alone"`
}

// mergeGaps adds up the gaps of two runs of rows.
func mergeGaps(a, b []Gap) []Gap {
	if a == nil {
		return slices.Clone(b)
	}
	for j, g := range b {
		a[j].Rows += g.Rows
		a[j].Alone += g.Alone
	}
	return a
}

// Lacking returns the features in the order of Tally.Gaps: numbers, then categories.
func (d *Design) Lacking() []string {
	c := newColumns(d)
	return append(c.numbers, c.words...)
}

// name returns the name of feature j, in the order of Lacking.
func (c *columns) name(j int) string {
	if k := j - len(c.numbers); k >= 0 {
		return c.words[k]
	}
	return c.numbers[j]
}

// fill makes the rows of X and y of the usable rows of the block. Columns of
// which all rows are used are the block's own.
func (s *Scan[R]) fill(rows *Rows, b *table.Block, before carry) {
	from, to := s.Harmonics()
	if rows.X == nil {
		rows.X = make([][]float64, to+len(s.Lags))
		rows.ownX = make([][]float64, len(rows.X))
		rows.Codes, rows.ownC = make([]Codes, len(b.Cats)), make([][]int32, len(b.Cats))
	}
	rows.File, rows.Used, rows.begins = b.File, before.used, before.rows
	rows.Times = take(&rows.times, b.Times, rows)
	rows.Y = take(&rows.ownY, target(b), rows)
	for k, j := range s.columns.at {
		rows.X[j] = take(&rows.ownX[j], b.Cols[k], rows)
	}
	for k, c := range b.Cats {
		rows.Codes[k].set(&s.Categories[k], s.columns.firstLevel[k], s.columns.ofWord[k], c.Levels)
		rows.Codes[k].Rows = take(&rows.ownC[k], c.Codes, rows)
	}
	for j := from; j < len(rows.X); j++ {
		rows.ownX[j] = resize(rows.ownX[j], rows.N)
		rows.X[j] = rows.ownX[j]
	}
	if from < to {
		Calendar(rows.X[from:], s.Annual, s.Daily, rows.Times)
	}
	for j, lag := range s.Lags {
		rows.shift(rows.X[to+j], before.targets, target(b), lag)
	}
	if s.Previous {
		rows.Prev = resize(rows.Prev, rows.N)
		rows.shift(rows.Prev, before.targets, target(b), 1)
	}
}

// shift writes the target lag rows earlier into dst.
func (r *Rows) shift(dst, before, y []float64, lag int) {
	if r.all {
		n := min(lag, len(dst))
		for i := range n {
			dst[i] = earlier(before, y, i, lag)
		}
		copy(dst[n:], y)
		return
	}
	for i, k := range r.kept {
		dst[i] = earlier(before, y, k, lag)
	}
}

// take returns the usable elements of src, in memory, or src itself if all are.
func take[T any](memory *[]T, src []T, rows *Rows) []T {
	if rows.all || len(src) == 0 {
		return src
	}
	*memory = resize(*memory, len(rows.kept))
	for i, k := range rows.kept {
		(*memory)[i] = src[k]
	}
	return *memory
}

func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
