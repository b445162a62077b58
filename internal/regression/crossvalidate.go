package regression

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/ordered"
)

// CrossValidation is the error on rows that a fit has not seen. The rows of
// every dataset are cut into K folds (see Factorizer.fold); each fold is held out once.
type CrossValidation struct {
	Folds  int      `json:"folds" range:"2,1000"`
	MSE    *float64 `json:"mse" range:"0,"`     // mean over the folds of the held-out MSE
	MSEStd *float64 `json:"mse_std" range:"0,"` // its standard deviation over the folds (ddof = 0)
	R2     *float64 `json:"r2" range:",1"`      // mean over the folds of the held-out R²; null if one has a single row
	Reason string   `json:"reason,omitempty"`
	Path   []Point  `json:"path"` // what the penalties tried gave

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
			folds[k].Merge(&d.Folds[k].Factor)
		}
	}
	return folds
}

// split is rows to fit, and others that the fit is tested on.
type split struct{ train, test *Factor }

// newSplits returns those that test every fold by what is fitted to the others, and the
// factor of all rows.
func newSplits(folds []Factor) (splits []split, total *Factor) {
	others, total := without(folds)
	for k := range folds {
		splits = append(splits, split{&others[k], &folds[k]})
	}
	return splits, total
}

// heldOut is how a fit errs on the rows of a split that it is tested on.
type heldOut struct {
	rows         int64
	squares, sum float64 // Σe², Σe
	r2           float64
}

// holdOut returns the errors of the fits with some penalties, of every split: the fit comes from
// merged factors, its error from the factor of the rows held out, so that no row
// is read again. The reason says what keeps a fit from being made.
func (s *Settings) holdOut(splits []split, alphas []float64) (all [][]heldOut, reason string) {
	for range alphas {
		all = append(all, make([]heldOut, len(splits)))
	}
	for k, split := range splits {
		switch {
		case split.test.N == 0:
			return nil, fmt.Sprintf("fold %d of %d has no rows", k+1, s.Folds)
		case split.train.N == 0:
			return nil, fmt.Sprintf("without fold %d of %d there are no rows", k+1, s.Folds)
		}
	}
	reasons := make([]string, len(splits))
	ordered.Each(len(splits), func(k int) {
		train, test := splits[k].train, splits[k].test
		fits, err := s.fits(train, alphas...)
		if err != nil {
			reasons[k] = fmt.Sprintf("without fold %d of %d: %v", k+1, s.Folds, err)
			return
		}
		for i, x := range fits {
			squares := test.squaredError(x)
			all[i][k] = heldOut{test.N, squares, test.residualSum(x), metrics.RSquared(squares, test.targetSquares())}
		}
	})
	return all, cmp.Or(reasons...)
}

// pooled returns the mean squared error of all rows held out.
func pooled(folds []heldOut) float64 {
	squares, rows := 0.0, int64(0)
	for _, h := range folds {
		squares, rows = squares+h.squares, rows+h.rows
	}
	return squares / float64(rows)
}

// perFold returns the mean over the folds of their mean squared errors, and the deviation of
// these (ddof = 0).
func perFold(folds []heldOut) (mean, std float64) {
	n := float64(len(folds))
	for _, h := range folds {
		mean += h.squares / float64(h.rows) / n
	}
	for _, h := range folds {
		std = math.Hypot(std, h.squares/float64(h.rows)-mean) // their squares may be beyond float64
	}
	return mean, std / math.Sqrt(n)
}

// choosePenalty chooses the penalty that errs least on rows held out, or says why none can be.
func (c *choice) choosePenalty(s *Settings, splits []split, mse func([]heldOut) float64) (reason string) {
	alphas := s.alphas(fewest(splits))
	all, reason := s.holdOut(splits, alphas)
	if reason != "" {
		return reason
	}
	least := math.Inf(1)
	for i, alpha := range alphas {
		c.path = append(c.path[:i], Point{alpha, mse(all[i])})
		if c.path[i].MSE < least {
			c.penalty, least = alpha, c.path[i].MSE
		}
	}
	if math.IsInf(least, 1) {
		c.path = nil
		return "the errors on rows held out are beyond float64"
	}
	return ""
}

// crossValidate returns the error on rows held out of the fit with a penalty.
func crossValidate(s *Settings, alpha float64, splits []split) CrossValidation {
	cv := CrossValidation{Folds: s.Folds, Path: []Point{}}
	all, reason := s.holdOut(splits, []float64{alpha})
	if cv.Reason = reason; reason != "" {
		return cv
	}
	mse, std := perFold(all[0])
	r2, single := 0.0, false
	var sums []metrics.Cluster
	for _, h := range all[0] {
		r2 += h.r2 / float64(len(splits))
		single = single || h.rows == 1
		sums = append(sums, metrics.Cluster{N: h.rows, Residual: h.sum})
	}
	if math.IsInf(mse+std+math.Abs(r2), 0) || math.IsNaN(mse+std+r2) {
		cv.Reason = "the errors on rows held out are beyond float64"
		return cv
	}
	cv.MSE, cv.MSEStd, cv.held = &mse, &std, metrics.ResidualMean(sums)
	if !single {
		cv.R2 = &r2
	}
	return cv
}

// fewest returns of how many rows the fit to the fewest is.
func fewest(splits []split) int64 {
	least := int64(math.MaxInt64)
	for _, split := range splits {
		least = min(least, split.train.N)
	}
	return least
}

// Influence is what one training dataset does to the model of all others.
type Influence struct {
	Name     string   `json:"name"`
	Rows     int64    `json:"rows" range:"0,"`
	DeltaMSE *float64 `json:"delta_mse"` // null if the others alone do not determine a model
}

// without returns for every factor that of the rows of all the others, and the factor of all
// rows: by a tree of them, node i having 2i and 2i+1 below it, so that the work is linear in
// their number. Of a node's rows the others are its sibling's and the others of the node above.
func without(factors []Factor) (others []Factor, whole *Factor) {
	n := len(factors)
	nodes, others := make([]Factor, 2*n), make([]Factor, 2*n)
	copy(nodes[n:], factors)
	levels := bits.Len(uint(2*n - 1))
	each := func(level int, work func(i int)) {
		from := 1 << level
		ordered.Each(min(2*n, 2*from)-from, func(i int) { work(from + i) })
	}
	for level := levels - 1; level >= 0; level-- {
		each(level, func(i int) {
			if i < n {
				nodes[i] = join(&nodes[2*i], &nodes[2*i+1])
			}
		})
	}
	all := nodes[1]
	for level := 1; level < levels; level++ {
		each(level, func(i int) { others[i] = join(&others[i/2], &nodes[i^1]) })
		clear(nodes[1<<level : min(2*n, 2<<level)]) // large ones are not kept
		clear(others[1<<level/2 : min(n, 1<<level)])
	}
	return others[n:], &all
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
	all, _ := without(factors)
	ordered.Each(len(factors), func(i int) {
		others := &all[i]
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
