package design

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync"

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

	all   bool           // all rows of the block are used
	keep  []int          // else these
	first int64          // row of the file with which the block begins
	times []dataset.Time // memory of Times
	ownX  [][]float64    // of X, where its columns are not the block's
	ownY  []float64      // and of Y
	ownC  [][]int32      // and of Codes
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
func (r *Rows) Index(i int) int64 { return r.first + int64(r.Place(i)) }

// Place returns the row of the block, from 0, of row i.
func (r *Rows) Place(i int) int {
	if r.all {
		return i
	}
	return r.keep[i]
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

// Tally says what became of the rows of a file, or of a block.
type Tally struct {
	Used int64        // rows that were usable
	Left dataset.Left // the others; rows without a target in a Scan with Unknown are in both
	// Gaps are what each feature costs, in a Scan with Gaps; see Design.Lacking. Nil for
	// none.
	Gaps []Gap
	// Steps are the distances in time from row to row, with lags.
	Steps  Steps
	Unseen Unseen // among the cells of the used rows
}

// Merge includes the rows of o.
func (t *Tally) Merge(o Tally) {
	t.Used += o.Used
	t.Left.Merge(o.Left)
	t.Steps.Merge(o.Steps)
	t.Unseen.Merge(o.Unseen)
	t.Gaps = mergeGaps(t.Gaps, o.Gaps)
}

// Part is what a scan has got: the result of a block or, after the last one of
// a file, what the file was.
type Part[R any] struct {
	File   int // index of the file
	Result R   // the zero R at the end of a file
	Bytes  int // of CSV
	End    *End
}

// End is what a file was.
type End struct {
	dataset.ID
	Tally
}

// carry is what a block must know of the rows before it.
type carry struct {
	used int64
	tail []float64    // the last targets, oldest first
	last dataset.Time // of the last row
}

// Scan is one pass over files as rows of X and y; see table.Scan.
type Scan[R any] struct {
	*Design
	Workers  int
	Unknown  bool     // keep rows without a target too
	Previous bool     // tell the target of the row before, lags or not
	Gaps     bool     // count what each feature costs
	All      bool     // tell of all rows, and what keeps them from being used; a file may lack the target
	Texts    []string // columns to hand on as they are written; with All
	Work     func(*Rows) (R, error)

	layout // made by Parts
}

// Parts scans the files and yields their parts, in order; see table.Scan.Parts.
func (s *Scan[R]) Parts(ctx context.Context, files []*table.File) iter.Seq2[Part[R], error] {
	type result struct {
		r     R
		tally Tally
	}
	pool := sync.Pool{New: func() any { return new(Rows) }}
	s.layout = newLayout(s.Design)
	optional := ""
	if s.All {
		optional = s.Target
	}
	scan := table.Scan[carry, result]{
		Time: s.Time, Columns: append(s.numbers, s.Target), Categories: s.words, Workers: s.Workers,
		Optional: optional, Texts: s.Texts,
		Work: func(b *table.Block, before carry) (carry, func() (result, error), error) {
			rows := pool.Get().(*Rows)
			tally, err := s.choose(rows, b, before)
			after := carry{before.used + tally.Used, lastOf(before.tail, target(b), s.memory()), before.last}
			if n := len(b.Times); n > 0 {
				after.last = b.Times[n-1]
			}
			return after, func() (result, error) {
				defer pool.Put(rows)
				if len(s.Lags) > 0 {
					tally.Steps.Add(b.Times, before.last, b.Row > 0)
				}
				s.fill(rows, b, before)
				tally.Unseen.add(rows.Codes)
				r, err := s.Work(rows)
				return result{r, tally}, err
			}, err
		},
	}
	return func(yield func(Part[R], error) bool) {
		var file Tally
		for part, err := range scan.Parts(ctx, files) {
			p := Part[R]{File: part.File, Result: part.Result.r, Bytes: part.Bytes}
			file.Merge(part.Result.tally)
			if part.End != nil {
				p.End = &End{*part.End, file}
				file = Tally{}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// target is the last column of a block.
func target(b *table.Block) []float64 { return b.Cols[len(b.Cols)-1] }

// memory is how many rows of the target are remembered from block to block.
func (s *Scan[R]) memory() int {
	n := 0
	if s.Previous {
		n = 1
	}
	if k := len(s.Lags); k > 0 {
		n = s.Lags[k-1]
	}
	return n
}

// lastOf returns the last n of the rows tail and y together, fewer if there
// are fewer.
func lastOf(tail, y []float64, n int) []float64 {
	if n == 0 {
		return nil
	}
	all := append(append(make([]float64, 0, len(tail)+min(n, len(y))), tail...), y[max(0, len(y)-n):]...)
	return all[max(0, len(all)-n):]
}

// earlier returns the target k rows before row i of the block, NaN where the
// file has none.
func earlier(tail, y []float64, i, k int) float64 {
	switch {
	case i >= k:
		return y[i-k]
	case len(tail)+i >= k:
		return tail[len(tail)+i-k]
	}
	return math.NaN()
}

// choose sets rows.N, and rows.all or rows.keep, to the usable rows of the block.
func (s *Scan[R]) choose(rows *Rows, b *table.Block, before carry) (t Tally, err error) {
	rows.keep = rows.keep[:0]
	rows.Every = Every{N: b.Rows}
	if s.All {
		rows.Every = Every{b.Rows, target(b), b.Times, b.Texts, make([]string, b.Rows)}
	}
	rows.N = b.Rows
	if rows.all = b.Gaps == 0 && len(s.Lags) == 0; rows.all {
		return Tally{Used: int64(b.Rows)}, nil
	}
	y := target(b)
	_, to := s.Harmonics()
	for i := range b.Rows {
		feature, lacks := s.missingFeature(b, i)
		if lacks && s.Missing == Error {
			return t, b.Errorf(i, feature, "is missing; use -missing drop or -missing mean")
		}
		noTarget := y[i] != y[i]
		lag := slices.IndexFunc(s.Lags, func(k int) bool { return math.IsNaN(earlier(before.tail, y, i, k)) })
		noLag := lag >= 0
		switch {
		case noTarget:
			t.Left.NoTarget++
		case lacks:
			t.Left.MissingFeature++
		case noLag:
			t.Left.MissingLag++
		}
		if !lacks && !noLag && (!noTarget || s.Unknown) {
			rows.keep = append(rows.keep, i)
		} else if s.All && lacks {
			rows.Every.Why[i] = feature + " is missing"
		} else if s.All && noLag {
			rows.Every.Why[i] = s.Names()[to+lag] + " is missing"
		}
	}
	if s.Gaps && t.Left.MissingFeature > 0 {
		t.Gaps = s.gaps(b)
	}
	rows.N = len(rows.keep)
	rows.all = rows.N == b.Rows
	t.Used = int64(rows.N)
	return t, nil
}

// missingFeature returns a feature that row i lacks, if there is one and it does
// not take its mean.
func (s *Scan[R]) missingFeature(b *table.Block, i int) (name string, lacks bool) {
	if s.Missing == Mean {
		return "", false
	}
	for j, name := range s.numbers {
		if x := b.Cols[j][i]; x != x {
			return name, true
		}
	}
	for k, name := range s.words {
		if b.Cats[k].Codes[i] == 0 {
			return name, true
		}
	}
	return "", false
}

// fill makes the rows of X and y of the chosen rows of the block. Columns of
// which all rows are used are the block's own.
func (s *Scan[R]) fill(rows *Rows, b *table.Block, before carry) {
	from, to := s.Harmonics()
	if rows.X == nil {
		rows.X = make([][]float64, to+len(s.Lags))
		rows.ownX = make([][]float64, len(rows.X))
		rows.Codes, rows.ownC = make([]Codes, len(s.words)), make([][]int32, len(s.words))
	}
	rows.File, rows.Used, rows.first = b.File, before.used, b.Row
	rows.Times = choose(&rows.times, b.Times, rows)
	y := target(b)
	for k, j := range s.at {
		rows.X[j] = choose(&rows.ownX[j], b.Cols[k], rows)
	}
	for k, c := range b.Cats {
		rows.Codes[k].set(&s.Categories[k], s.first[k], s.columns[k], c.Levels)
		rows.Codes[k].Rows = choose(&rows.ownC[k], c.Codes, rows)
	}
	rows.Y = choose(&rows.ownY, y, rows)
	for j := from; j < len(rows.X); j++ {
		rows.ownX[j] = resize(rows.ownX[j], rows.N)
		rows.X[j] = rows.ownX[j]
	}
	if from < to {
		Calendar(rows.X[from:], s.Annual, s.Daily, rows.Times)
	}
	for j, lag := range s.Lags {
		rows.shift(rows.X[to+j], before.tail, y, lag)
	}
	if s.Previous {
		rows.Prev = resize(rows.Prev, rows.N)
		rows.shift(rows.Prev, before.tail, y, 1)
	}
}

// shift writes the target lag rows earlier into dst.
func (r *Rows) shift(dst, tail, y []float64, lag int) {
	if r.all {
		n := min(lag, len(dst))
		for i := range n {
			dst[i] = earlier(tail, y, i, lag)
		}
		copy(dst[n:], y)
		return
	}
	for i, k := range r.keep {
		dst[i] = earlier(tail, y, k, lag)
	}
}

// choose returns the kept elements of src, in buf, or src itself if all are.
func choose[T any](buf *[]T, src []T, rows *Rows) []T {
	if rows.all || len(src) == 0 {
		return src
	}
	*buf = resize(*buf, len(rows.keep))
	for i, k := range rows.keep {
		(*buf)[i] = src[k]
	}
	return *buf
}

func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }
