package regression

import (
	"slices"
	"sync"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/scaler"
)

// Folds are the factors of the folds of a dataset, or of some of its rows. The zero
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

// Finish adds the rows that wait.
func (f Folds) Finish() {
	ordered.Each(len(f), func(k int) { f[k].Finish() })
}

// Factorizer makes factors of rows of X and y.
type Factorizer struct {
	scaler  *scaler.Scaler
	folds   int
	rows    int64 // that the scaler was fitted on
	columns metrics.Columns
}

// NewFactorizer makes factors of so many folds a dataset.
func NewFactorizer(s *scaler.Scaler, folds int) *Factorizer {
	return &Factorizer{s, folds, s.Used(), driftColumns(s)}
}

// wide is the width from which a block has too few rows to be worth a factor, and
// standard errors are computed in float64.
const wide = 100

// Factorize returns the factors of the rows of a block, [1 | Z | y − mean], of a
// file with so many usable rows in all.
func (d *Factorizer) Factorize(r *design.Rows, rowsOfFile int64) Folds {
	w := len(r.X) + 2
	folds := make(Folds, d.folds)
	if r.N == 0 {
		return folds
	}
	// By the scaler and the file alone, so that a model merges into the bytes
	// that one run over all files would write.
	if Precise(d.rows, w) && Precise(rowsOfFile, w) {
		matrix := d.preciseMatrix(r)
		for k := range folds {
			for tile := range slices.Chunk(rowsOfFold(d, r, matrix, k, rowsOfFile), TileRows*w) {
				folds[k].AddPrecise(tile, w)
			}
		}
		return folds
	}
	memory := matrices.Get().(*[]float64)
	defer matrices.Put(memory)
	*memory = slices.Grow((*memory)[:0], r.N*w)
	matrix := d.matrix((*memory)[:r.N*w], r)
	for k := range folds {
		rows := rowsOfFold(d, r, matrix, k, rowsOfFile)
		if w > wide {
			folds[k].waiting, folds[k].Width = slices.Clone(rows), w
			continue
		}
		for tile := range slices.Chunk(rows, TileRows*w) {
			folds[k].Add(tile, w)
		}
	}
	return folds
}

// rowsOfFold returns the rows of a block's matrix that are in fold k.
func rowsOfFold[T any](d *Factorizer, r *design.Rows, matrix []T, k int, rowsOfFile int64) (rows []T) {
	w := len(r.X) + 2
	from, to, step := d.fold(r, k, rowsOfFile)
	if step == 1 {
		return matrix[from*w : to*w]
	}
	for i := from; i < to; i += step {
		rows = append(rows, matrix[i*w:(i+1)*w]...)
	}
	return rows
}

var matrices = sync.Pool{New: func() any { return new([]float64) }}

// matrix returns the rows of a block, by rows in the memory given.
func (d *Factorizer) matrix(matrix []float64, r *design.Rows) []float64 {
	w := len(r.X) + 2
	d.scaler.Standardize(matrix[1:], w, r, 0, r.N)
	for i, y := range r.Y[:r.N] {
		matrix[i*w] = 1
		matrix[i*w+w-1] = y - d.scaler.TargetMean
	}
	return matrix
}

// preciseMatrix is matrix in double-double arithmetic.
func (d *Factorizer) preciseMatrix(r *design.Rows) []moments.Sum {
	w := len(r.X) + 2
	matrix := make([]moments.Sum, r.N*w)
	d.scaler.StandardizePrecise(matrix[1:], w, r, 0, r.N)
	for i, y := range r.Y[:r.N] {
		matrix[i*w] = moments.Float(1)
		matrix[i*w+w-1] = moments.Float(y).Minus(moments.Float(d.scaler.TargetMean))
	}
	return matrix
}
