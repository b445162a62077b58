package regression

import (
	"math"
	"slices"

	"mlpipeline/internal/moments"
	"mlpipeline/internal/ordered"
)

// meanAndScale returns the mean and the deviation (ddof = 0) of column j of X over the rows of a
// factor: R₀ⱼ/R₀₀ and √(Σᵢ₌₁ⱼ Rᵢⱼ²/n), and 1 for the deviation where there is no more than
// rounding.
func (f *Factor) meanAndScale(j int) (mean, scale float64) {
	top := f.at(0, j+1)
	mean = top.Over(f.at(0, 0)).Value()
	squares := norm(f.column(1, j+1))
	if squares <= 0x1p-53*max(f.rounding(), 1)*math.Hypot(squares, top.Hi) {
		return mean, 1
	}
	return mean, squares / math.Sqrt(float64(f.N))
}

// standardized returns the factor of the same rows with some columns of X less their mean and
// over their scale: of a triangle that changes the first row, and the unit of the others. A
// column of scale 1 is constant, and 0.
func (f *Factor) standardized(derived []bool, mean, scale []float64) *Factor {
	if f.N == 0 {
		return f
	}
	s := &Factor{N: f.N, Width: f.Width, R: slices.Clone(f.R), Lo: slices.Clone(f.Lo)}
	for j, is := range derived {
		for i := 0; is && i < min(f.rows(), j+2); i++ {
			v := f.at(i, j+1)
			if i == 0 {
				v = v.Minus(f.at(0, 0).Times(moments.Float(mean[j])))
			}
			if v = v.Over(moments.Float(scale[j])); scale[j] == 1 {
				v = moments.Sum{}
			}
			s.set(i, j+1, v)
		}
	}
	return s
}

// standardize returns the datasets with their derived columns standardised, and sets the
// means and scales of these: those of all rows.
func (s *Settings) standardize(datasets []Dataset) []Dataset {
	if !slices.Contains(s.Derived, true) {
		return datasets
	}
	var total Factor
	for _, f := range pool(datasets, s.Folds) {
		total.Merge(&f)
	}
	for j, derived := range s.Derived {
		if derived && total.N > 0 {
			s.Mean[j], s.Scale[j] = total.meanAndScale(j)
		}
	}
	standard := slices.Clone(datasets)
	for i := range standard {
		folds := make(Folds, len(datasets[i].Folds))
		ordered.Each(len(folds), func(k int) {
			folds[k] = Fold{*datasets[i].Folds[k].standardized(s.Derived, s.Mean, s.Scale), datasets[i].Folds[k].Cells}
		})
		standard[i].Folds = folds
	}
	return standard
}
