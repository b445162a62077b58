package regression

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/ordered"
)

// CrossValidation is the error on rows that a fit has not seen. The rows of
// every dataset are cut into K folds (see Factorize); each fold is held out once.
type CrossValidation struct {
	Folds  int      `json:"folds" range:"2,1000"`
	MSE    *float64 `json:"mse" range:"0,"`     // mean over the folds of the held-out MSE
	MSEStd *float64 `json:"mse_std" range:"0,"` // its standard deviation over the folds (ddof = 0)
	R2     *float64 `json:"r2" range:",1"`      // mean over the folds of the held-out R²; null if one has a single row
	Reason string   `json:"reason,omitempty"`
	Path   []Point  `json:"path"` // what the penalties tried gave

	best float64
	held *metrics.Mean // of the residuals of all rows held out
}

// Point is one penalty and its cross-validated error.
type Point struct {
	Alpha float64 `json:"alpha" range:"0,"`
	MSE   float64 `json:"mse" range:"0,"`
}

// alphas are the penalties that are tried: none, which few rows rule out, and half
// decades.
func (s *Settings) alphas(rows int64) []float64 {
	if !s.Auto {
		return []float64{s.Alpha}
	}
	var grid []float64
	if Enough(rows, s.Coefficients(), 0) == nil {
		grid = append(grid, 0)
	}
	for k := -8; k <= 12; k++ {
		grid = append(grid, math.Pow(10, float64(k)/2))
	}
	return grid
}

// pool returns the factors of the folds of all datasets.
func pool(datasets []Dataset, n int) []Factor {
	folds := make([]Factor, n)
	for _, d := range datasets {
		for k := range d.Folds {
			folds[k].Merge(&d.Folds[k])
		}
	}
	return folds
}

// heldOut is how the fit with one penalty errs on every fold, fitted to the others.
type heldOut struct {
	mse, r2 []float64
	sums    []metrics.Cluster // of the residuals
}

// holdOut holds out every fold once. The fit to the others comes from
// their merged factors, the held-out error from the fold's own, so that no row
// is read again. The reason says what keeps a fit from being made.
func (s *Settings) holdOut(folds []Factor, alphas []float64) (all []heldOut, reason string) {
	n := len(folds)
	for range alphas {
		all = append(all, heldOut{make([]float64, n), make([]float64, n), make([]metrics.Cluster, n)})
	}
	reasons := make([]string, n)
	without(folds, func(k int, rest *Factor) {
		held := &folds[k]
		switch {
		case held.N == 0:
			reasons[k] = fmt.Sprintf("fold %d of %d has no rows", k+1, s.Folds)
			return
		case rest.N == 0:
			reasons[k] = fmt.Sprintf("without fold %d of %d there are no rows", k+1, s.Folds)
			return
		}
		fits, err := s.fits(rest, alphas...)
		if err != nil {
			reasons[k] = fmt.Sprintf("without fold %d of %d: %v", k+1, s.Folds, err)
			return
		}
		for i, x := range fits {
			sse := held.squaredError(x)
			all[i].sums[k] = metrics.Cluster{N: held.N, Residual: held.residualSum(x)}
			all[i].mse[k], all[i].r2[k] = sse/float64(held.N), metrics.RSquared(sse, held.targetSquares())
		}
	})
	return all, cmp.Or(reasons...)
}

// crossValidate finds the penalty that errs least on rows held out, and that error.
func crossValidate(s *Settings, folds []Factor) CrossValidation {
	cv := CrossValidation{Folds: s.Folds, Path: []Point{}}
	var rows, most int64
	for k := range folds {
		rows, most = rows+folds[k].N, max(most, folds[k].N)
	}
	alphas := s.alphas(rows - most)
	all, reason := s.holdOut(folds, alphas)
	if cv.Reason = reason; reason != "" {
		return cv
	}
	best := 0
	for i, alpha := range alphas {
		mse, _ := meanStd(all[i].mse)
		if s.Auto {
			cv.Path = append(cv.Path, Point{alpha, mse})
		}
		if bestMSE, _ := meanStd(all[best].mse); mse < bestMSE {
			best = i
		}
	}
	mse, std := meanStd(all[best].mse)
	r2, _ := meanStd(all[best].r2)
	if math.IsInf(mse+std+math.Abs(r2), 0) || math.IsNaN(mse+std+r2) {
		cv.Reason, cv.Path = "the errors on rows held out are beyond float64", []Point{}
		return cv
	}
	cv.MSE, cv.MSEStd, cv.best, cv.held = &mse, &std, alphas[best], metrics.ResidualMean(all[best].sums)
	if !slices.ContainsFunc(folds, func(f Factor) bool { return f.N == 1 }) {
		cv.R2 = &r2
	}
	return cv
}

// meanStd returns the mean and the population standard deviation.
func meanStd(xs []float64) (mean, std float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		std = math.Hypot(std, x-mean) // their squares may be beyond float64
	}
	return mean, std / math.Sqrt(float64(len(xs)))
}

// Influence is what one training dataset does to the model of all others.
type Influence struct {
	Name     string   `json:"name"`
	Rows     int64    `json:"rows" range:"0,"`
	DeltaMSE *float64 `json:"delta_mse"` // null if the others alone do not determine a model
}

// without calls work for every factor, on all cores, with the join of all the
// others: the merge of those before and those after it, so that the work is linear
// in their number.
func without(factors []Factor, work func(i int, others *Factor)) {
	n := len(factors)
	before, after := make([]Factor, n), make([]Factor, n)
	ordered.Each(2, func(which int) {
		for i := range n - 1 {
			if which == 0 {
				before[i+1] = join(&before[i], &factors[i])
			} else {
				after[n-2-i] = join(&factors[n-1-i], &after[n-1-i])
			}
		}
	})
	ordered.Each(n, func(i int) {
		others := join(&before[i], &after[i])
		work(i, &others)
	})
}

// join returns the factor of the rows of both.
func join(a, b *Factor) (f Factor) {
	f.Merge(a)
	f.Merge(b)
	return f
}

// influence compares, for every dataset, the model of all with the model
// without it on the rows of the others.
func influence(s *Settings, datasets []Dataset, factors []Factor, whole solution, alpha float64) []Influence {
	result := make([]Influence, len(factors))
	without(factors, func(i int, others *Factor) {
		result[i] = Influence{Name: datasets[i].Name, Rows: datasets[i].Used}
		if others.N == 0 || factors[i].N == 0 {
			return
		}
		fits, err := s.fits(others, alpha)
		if err != nil {
			return
		}
		delta := (others.squaredError(whole) - others.squaredError(fits[0])) / float64(others.N)
		if !math.IsInf(delta, 0) && !math.IsNaN(delta) {
			result[i].DeltaMSE = &delta
		}
	})
	return result
}
