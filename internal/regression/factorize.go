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

// Fold is what training keeps of the rows of a fold: their factor, and counts of what stands
// in their columns.
type Fold struct {
	Factor
	Cells []metrics.Cells
}

// Folds are those of a dataset, or of some of its rows. The zero value has no rows.
type Folds []Fold

// Merge includes the rows of o, fold by fold.
func (f *Folds) Merge(o Folds) {
	if *f == nil {
		*f = make(Folds, len(o))
	}
	for k := range o {
		(*f)[k].Factor.Merge(&o[k].Factor)
		metrics.MergeCells(&(*f)[k].Cells, o[k].Cells)
	}
}

// Finish adds the rows that wait.
func (f Folds) Finish() {
	ordered.Each(len(f), func(k int) { f[k].Finish() })
}

// Factorizer makes folds of rows of X and y.
type Factorizer struct {
	scaler   *scaler.Scaler
	settings *Settings
	rows     int64 // that the scaler was fitted on
}

// NewFactorizer makes those of a model of the scaler.
func NewFactorizer(s *scaler.Scaler, settings *Settings) *Factorizer {
	return &Factorizer{s, settings, s.Used()}
}

// wide is the width from which a block has too few rows to be worth a factor, and
// standard errors are computed in float64.
const wide = 100

// Gather returns the folds of the rows of a block, [1 | Z | y − mean], of a file with so many
// usable rows in all.
func (d *Factorizer) Gather(r *design.Rows, rowsOfFile int64) Folds {
	w := len(r.X) + 2
	folds := make(Folds, d.settings.Folds)
	if r.N == 0 {
		return folds
	}
	memory := matrices.Get().(*[]float64)
	defer matrices.Put(memory)
	// By the scaler and the file alone, so that a model merges into the bytes
	// that one run over all files would write.
	precise := Precise(d.rows, w) && Precise(rowsOfFile, w)
	var exact []moments.Sum
	if precise {
		exact = d.preciseMatrix(r)
	} else {
		*memory = d.matrix(slices.Grow((*memory)[:0], r.N*w)[:r.N*w], r)
	}
	for k := range folds {
		f := &folds[k]
		from, to, step := d.fold(r, k, rowsOfFile)
		if from >= to {
			continue
		}
		f.Cells, _ = d.settings.Columns.Count(r, from, to, step, nil)
		if precise {
			for tile := range slices.Chunk(every(step, exact[from*w:to*w], w), TileRows*w) {
				f.AddPrecise(tile, w)
			}
			continue
		}
		rows := every(step, (*memory)[from*w:to*w], w)
		if w > wide {
			f.waiting, f.Width = slices.Clone(rows), w
			continue
		}
		for tile := range slices.Chunk(rows, TileRows*w) {
			f.Add(tile, w)
		}
	}
	return folds
}

// every returns every step-th of some rows of w numbers.
func every[T any](step int, rows []T, w int) (some []T) {
	if step == 1 {
		return rows
	}
	for i := 0; i < len(rows); i += step * w {
		some = append(some, rows[i:i+w]...)
	}
	return some
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
