package regression

import (
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/scaler"
)

// Folds are the factors of the folds of a dataset, or of a part of it. The zero
// value has no rows.
type Folds []Factor

// Merge includes the rows of o, fold by fold.
func (f *Folds) Merge(o Folds) {
	if *f == nil {
		*f = make(Folds, len(o))
	}
	for k := range o {
		(*f)[k].Merge(&o[k])
	}
}

// Finish reduces the rows that wait.
func (f Folds) Finish() {
	ordered.Each(len(f), func(k int) { f[k].Finish() })
}

// Reducer makes factors of rows of X and y.
type Reducer struct {
	*scaler.Scaler
	folds int
	rows  int64 // that the scaler was fitted on
}

// NewReducer makes factors of so many folds a dataset.
func NewReducer(s *scaler.Scaler, folds int) *Reducer { return &Reducer{s, folds, s.Used()} }

// wide is the width from which a block has too few rows to be worth a factor, and
// standard errors are computed in float64.
const wide = 100

// Reduce returns the factors of the rows of a block, [1 | Z | y − mean], of a
// file with so many usable rows in all: by contiguous folds or, where there is no
// time that makes neighbours alike, usable row i in fold i mod K.
func (d *Reducer) Reduce(r *design.Rows, rowsOfFile int64) Folds {
	w := len(r.X) + 2
	// By the scaler and the file alone, so that a model merges into the bytes
	// that one run over all files would write.
	precise := Precise(d.rows, w) && Precise(rowsOfFile, w)
	bounds := FoldBounds(rowsOfFile, d.folds)
	folds := make(Folds, d.folds)
	tile := make([]float64, TileRows*w)
	for k := range folds {
		rows, from, to := r, max(bounds[k]-r.Used, 0), min(bounds[k+1]-r.Used, int64(r.N))
		switch {
		case d.Time == "":
			rows = deal(r, k, d.folds)
			from, to = 0, int64(rows.N)
		case k == len(folds)-1:
			to = int64(r.N) // rows too many: the file has changed, which its end will tell
		}
		for a := int(from); a < int(to); a += TileRows {
			b := min(a+TileRows, int(to))
			switch {
			case precise:
				folds[k].AddPrecise(d.preciseTile(rows, a, b), w)
			case w > wide:
				folds[k].waiting, folds[k].Width = append(folds[k].waiting, d.tile(tile, rows, a, b)...), w
			default:
				folds[k].Add(d.tile(tile, rows, a, b), w)
			}
		}
	}
	return folds
}

// deal returns the rows of a block that are dealt out to fold k: of the usable
// rows of the file, counted from 0, every one that is k mod folds.
func deal(r *design.Rows, k, folds int) *design.Rows {
	first := (k - int(r.Used%int64(folds)) + folds) % folds
	dealt := &design.Rows{Y: every(r.Y, first, folds), X: make([][]float64, len(r.X)), Codes: slices.Clone(r.Codes)}
	dealt.N = len(dealt.Y)
	for j, x := range r.X {
		dealt.X[j] = every(x, first, folds)
	}
	for k, c := range r.Codes {
		dealt.Codes[k].Rows = every(c.Rows, first, folds)
	}
	return dealt
}

// every returns every step-th element from the first on.
func every[T any](x []T, first, step int) (some []T) {
	for i := first; i < len(x); i += step {
		some = append(some, x[i])
	}
	return some
}

// tile returns rows a to b, a matrix of (b−a)×w by rows, in the memory given.
func (d *Reducer) tile(tile []float64, r *design.Rows, a, b int) []float64 {
	w := len(r.X) + 2
	tile = tile[:(b-a)*w]
	d.Standardize(tile[1:], w, r, a, b)
	for i, y := range r.Y[a:b] {
		tile[i*w] = 1
		tile[i*w+w-1] = y - d.TargetMean
	}
	return tile
}

// preciseTile is tile in double-double arithmetic.
func (d *Reducer) preciseTile(r *design.Rows, a, b int) []moments.Sum {
	w := len(r.X) + 2
	tile := make([]moments.Sum, (b-a)*w)
	d.StandardizePrecise(tile[1:], w, r, a, b)
	for i, y := range r.Y[a:b] {
		tile[i*w] = moments.Float(1)
		tile[i*w+w-1] = moments.Float(y).Minus(moments.Float(d.TargetMean))
	}
	return tile
}
