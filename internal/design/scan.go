package design

import (
	"context"
	"math"
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
	X     [][]float64    // p columns of length N; NaN only under the policy Mean
	Y     []float64      // target, length N; NaN only in a Scan with Unknown
	Prev  []float64      // with lags: the target one row earlier, NaN where unknown
	Times []dataset.Time // length N, or empty without a time column

	all   bool           // all rows of the block are used
	keep  []int          // else these
	first int64          // row of the file with which the block begins
	times []dataset.Time // memory of Times
	own   [][]float64    // and of X, then of Y
}

// Index returns the row of the file, from 0, of row i.
func (r *Rows) Index(i int) int64 {
	if r.all {
		return r.first + int64(i)
	}
	return r.first + int64(r.keep[i])
}

// count returns how many rows of the block are used.
func (r *Rows) count(b *table.Block) int {
	if r.all {
		return b.Rows
	}
	return len(r.keep)
}

// carry is what a block must know of the rows before it.
type carry struct {
	used int64
	tail []float64 // the last targets, oldest first
}

// Scan is one pass over files as rows of X and y; see table.Scan.
type Scan[R any] struct {
	*Design
	Workers  int
	Unknown  bool // keep rows without a target too
	Progress func(bytes int)
	Work     func(*Rows) (R, error)
	Merge    func(file int, r R) error
	// Done is told what a file was and how many of its rows were usable.
	Done func(file int, id dataset.ID, used int64) error
}

// Run scans the files.
func (s *Scan[R]) Run(ctx context.Context, files []*table.File) error {
	type result struct {
		r R
		n int
	}
	pool := sync.Pool{New: func() any { return new(Rows) }}
	var used int64
	scan := table.Scan[carry, result]{
		Time: s.Time, Columns: s.columns(), Workers: s.Workers, Progress: s.Progress,
		Work: func(b *table.Block, before carry, pass func(carry)) (result, error) {
			rows := pool.Get().(*Rows)
			defer pool.Put(rows)
			y := b.Cols[len(s.Features)]
			if err := s.choose(rows, b, before); err != nil {
				return result{}, err
			}
			pass(carry{before.used + int64(rows.count(b)), lastOf(before.tail, y, s.memory())})
			s.fill(rows, b, before)
			r, err := s.Work(rows)
			return result{r, rows.N}, err
		},
		Merge: func(file int, r result) error {
			used += int64(r.n)
			return s.Merge(file, r.r)
		},
		Done: func(file int, id dataset.ID) error {
			n := used
			used = 0
			return s.Done(file, id, n)
		},
	}
	return scan.Run(ctx, files)
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

// choose sets rows.all or rows.keep to the usable rows of the block.
func (s *Scan[R]) choose(rows *Rows, b *table.Block, before carry) error {
	rows.keep = rows.keep[:0]
	if rows.all = b.Gaps == 0 && len(s.Lags) == 0; rows.all {
		return nil
	}
	y := b.Cols[len(s.Features)]
row:
	for i := range b.Rows {
		if s.Missing != Mean {
			for j, x := range b.Cols[:len(s.Features)] {
				if x[i] == x[i] {
					continue
				}
				if s.Missing == Error {
					return b.Errorf(i, s.Features[j], "is missing; use -missing drop or -missing mean")
				}
				continue row
			}
		}
		if y[i] != y[i] && !s.Unknown {
			continue
		}
		for _, k := range s.Lags {
			if v := earlier(before.tail, y, i, k); v != v {
				continue row
			}
		}
		rows.keep = append(rows.keep, i)
	}
	rows.all = len(rows.keep) == b.Rows
	return nil
}

// fill makes the rows of X and y of the chosen rows of the block. Columns of
// which all rows are used are the block's own.
func (s *Scan[R]) fill(rows *Rows, b *table.Block, before carry) {
	n := rows.count(b)
	p, from := len(s.Features), len(s.Features)
	_, to := s.Harmonics()
	if rows.own == nil {
		rows.own = make([][]float64, to+len(s.Lags)+1)
		rows.X = make([][]float64, to+len(s.Lags))
	}
	rows.File, rows.Used, rows.N, rows.first = b.File, before.used, n, b.Row
	rows.Times = choose(&rows.times, b.Times, rows)
	y := b.Cols[p]
	for j, x := range b.Cols[:p] {
		rows.X[j] = choose(&rows.own[j], x, rows)
	}
	rows.Y = choose(&rows.own[len(rows.X)], y, rows)
	for j := from; j < len(rows.X); j++ {
		rows.own[j] = resize(rows.own[j], n)
		rows.X[j] = rows.own[j]
	}
	if from < to {
		Calendar(rows.X[from:], s.Annual, s.Daily, rows.Times)
	}
	if len(s.Lags) == 0 {
		return
	}
	rows.Prev = resize(rows.Prev, n)
	for i := range n {
		k := i
		if !rows.all {
			k = rows.keep[i]
		}
		for j, lag := range s.Lags {
			rows.X[to+j][i] = earlier(before.tail, y, k, lag)
		}
		rows.Prev[i] = earlier(before.tail, y, k, 1)
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

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/8)
	}
	return s[:n]
}
