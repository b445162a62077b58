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
	fitted   int64   // rows that the scaler was fitted on
	used     []int64 // usable rows of each file
}

// NewFactorizer makes those of a model of the scaler, of files with so many usable rows.
func NewFactorizer(s *scaler.Scaler, settings *Settings, used []int64) *Factorizer {
	return &Factorizer{s, settings, s.Used(), used}
}

// wide is the width beyond which a block has too few rows to be worth a factor, and
// standard errors are computed in float64.
const wide = 100

// Gather returns the folds of the rows of a block, [1 | Z | y − mean].
func (d *Factorizer) Gather(r *design.Rows) (Folds, error) {
	w := len(r.X) + 2
	folds := make(Folds, d.settings.Folds)
	if r.N == 0 {
		return folds, nil
	}
	memory := matrices.Get().(*[]float64)
	defer matrices.Put(memory)
	// By the scaler and the file alone, so that a model merges into the bytes
	// that one run over all files would write.
	precise := Precise(d.fitted, w) && Precise(d.used[r.File], w)
	var exact []moments.Sum
	if precise {
		exact = make([]moments.Sum, r.N*w)
		d.scaler.StandardizePrecise(exact, r)
	} else {
		*memory = slices.Grow((*memory)[:0], r.N*w)[:r.N*w]
		d.scaler.Standardize(*memory, r)
	}
	for k := range folds {
		f := &folds[k]
		from, to, step := d.fold(r, k)
		if from >= to {
			continue
		}
		f.Cells, _ = d.settings.Columns.Count(r, from, to, step, nil)
		if precise {
			for tile := range slices.Chunk(stride(step, exact[from*w:to*w], w), TileRows*w) {
				f.AddPrecise(tile, w)
			}
			continue
		}
		rows := stride(step, (*memory)[from*w:to*w], w)
		if w > wide { // Merge adds them, together with those of other blocks
			f.waiting, f.Width = slices.Clone(rows), w
			continue
		}
		for tile := range slices.Chunk(rows, TileRows*w) {
			f.Add(tile, w)
		}
	}
	return folds, nil
}

// fold returns which rows of a block are in fold k: every step-th of those from from to to.
// Folds are contiguous or, where there is no time that makes neighbours alike, usable row i
// of the file is in fold i mod K.
func (d *Factorizer) fold(r *design.Rows, k int) (from, to, step int) {
	folds := d.settings.Folds
	if n := int64(folds); d.scaler.Time == "" {
		return int((int64(k) - r.UsedBefore%n + n) % n), r.N, folds
	}
	inBlock := func(row int64) int { return int(min(max(row-r.UsedBefore, 0), int64(r.N))) }
	bounds := FoldBounds(d.used[r.File], folds)
	from, to = inBlock(bounds[k]), inBlock(bounds[k+1])
	if k == folds-1 {
		to = r.N // rows too many: the file has changed, which its end will tell
	}
	return from, to, 1
}

// stride returns every step-th of some rows of w numbers.
func stride[T any](step int, rows []T, w int) (some []T) {
	if step == 1 {
		return rows
	}
	for i := 0; i < len(rows); i += step * w {
		some = append(some, rows[i:i+w]...)
	}
	return some
}

var matrices = sync.Pool{New: func() any { return new([]float64) }}
