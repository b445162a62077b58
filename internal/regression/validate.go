package regression

import (
	"fmt"
	"iter"
	"math"

	"mlpipeline/internal/metrics"
)

// CrossValidation is the error on rows that a fit has not seen. The rows of
// every dataset are cut into K folds (see Reduce); each fold is held out once.
type CrossValidation struct {
	Folds  int      `json:"folds"`
	MSE    *float64 `json:"mse"`     // mean over the folds of the held-out MSE
	MSEStd *float64 `json:"mse_std"` // its standard deviation over the folds (ddof = 0)
	R2     *float64 `json:"r2"`      // mean over the folds of the held-out R²
	Reason string   `json:"reason,omitempty"`
	Path   []Point  `json:"path"` // what the penalties tried gave

	best float64
}

// Point is one penalty and its cross-validated error.
type Point struct {
	Alpha float64 `json:"alpha"`
	MSE   float64 `json:"mse"`
}

// alphas are the penalties that are tried: none, and half decades.
func (s *Settings) alphas() []float64 {
	if !s.Auto {
		return []float64{s.Alpha}
	}
	grid := []float64{0}
	for k := -8; k <= 12; k++ {
		grid = append(grid, math.Pow(10, float64(k)/2))
	}
	return grid
}

// crossValidate holds out every fold once. The fit to the others comes from
// their merged factors, the held-out error from the fold's own, so that no row
// is read again.
func crossValidate(s *Settings, datasets []Dataset) CrossValidation {
	cv := CrossValidation{Folds: s.Folds, Path: []Point{}}
	folds := make([]Factor, s.Folds)
	for _, d := range datasets {
		for k := range d.Folds {
			folds[k].Merge(&d.Folds[k])
		}
	}
	alphas := s.alphas()
	mses := make([][]float64, len(alphas))
	r2s := make([][]float64, len(alphas))
	for k, rest := range without(folds) {
		held := &folds[k]
		if held.N == 0 {
			cv.Reason = fmt.Sprintf("fold %d of %d has no rows", k+1, s.Folds)
			return cv
		}
		if rest.N == 0 {
			cv.Reason = fmt.Sprintf("without fold %d of %d there are no rows", k+1, s.Folds)
			return cv
		}
		a, err := newSolver(rest, s.offsets())
		if err != nil {
			cv.Reason = fmt.Sprintf("without fold %d of %d: %v", k+1, s.Folds, err)
			return cv
		}
		for i, alpha := range alphas {
			x := a.at(alpha)
			sse := held.squaredError(x)
			mses[i] = append(mses[i], sse/float64(held.N))
			r2s[i] = append(r2s[i], metrics.RSquared(sse, held.targetSquares()))
		}
	}
	best := 0
	for i, alpha := range alphas {
		mse, _ := meanStd(mses[i])
		if s.Auto {
			cv.Path = append(cv.Path, Point{alpha, mse})
		}
		if bestMSE, _ := meanStd(mses[best]); mse < bestMSE {
			best = i
		}
	}
	mse, std := meanStd(mses[best])
	r2, _ := meanStd(r2s[best])
	if math.IsInf(mse+std+math.Abs(r2), 0) || math.IsNaN(mse+std+r2) {
		cv.Reason, cv.Path = "the errors on rows held out are beyond float64", []Point{}
		return cv
	}
	cv.MSE, cv.MSEStd, cv.R2, cv.best = &mse, &std, &r2, alphas[best]
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
	Rows     int64    `json:"rows"`
	DeltaMSE *float64 `json:"delta_mse"` // null if the others alone do not determine a model
}

// without yields, for every part, the factor of all the others: the merge of
// those before and those after it, so that the work is linear in their number.
func without(parts []Factor) iter.Seq2[int, *Factor] {
	return func(yield func(int, *Factor) bool) {
		after := make([]Factor, len(parts)+1)
		for i := len(parts) - 1; i >= 0; i-- {
			after[i].Merge(&parts[i]) // a copy
			after[i].Merge(&after[i+1])
		}
		var before Factor
		for i := range parts {
			var others Factor
			others.Merge(&before)
			others.Merge(&after[i+1])
			if !yield(i, &others) {
				return
			}
			before.Merge(&parts[i])
		}
	}
}

// influence compares, for every dataset, the model of all with the model
// without it on the rows of the others.
func influence(s *Settings, datasets []Dataset, parts []Factor, whole solution, alpha float64) []Influence {
	result := []Influence{}
	for i, others := range without(parts) {
		inf := Influence{Name: datasets[i].Name, Rows: datasets[i].Used}
		if others.N > 0 && parts[i].N > 0 {
			if a, err := newSolver(others, s.offsets()); err == nil {
				without := a.at(alpha)
				delta := (others.squaredError(whole) - others.squaredError(without)) / float64(others.N)
				if !math.IsInf(delta, 0) && !math.IsNaN(delta) {
					inf.DeltaMSE = &delta
				}
			}
		}
		result = append(result, inf)
	}
	return result
}
