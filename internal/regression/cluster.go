package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// Clusters are the groups of rows of which the robust standard errors know that
// rows within one may resemble each other.
type Clusters struct {
	Kind   string `json:"kind"`             // "folds" of every dataset, or the "datasets" themselves
	N      int    `json:"n"`                // those that have rows
	Dof    int    `json:"dof"`              // of t_robust: n − 1
	Reason string `json:"reason,omitempty"` // why there are no robust standard errors
}

const (
	datasetClusters = 20 // so many datasets are clusters themselves
	fewClusters     = 6  // fewer than these make robust errors a rough guess
)

// Few reports whether there are robust standard errors of too few clusters.
func (c *Clusters) Few() bool { return c.Reason == "" && c.N < fewClusters }

// clusters returns the factors of the clusters. parts are those of the datasets.
func clusters(datasets []Dataset, parts []Factor) (kind string, factors []*Factor) {
	kind = "datasets"
	factors = withRows(parts)
	if len(factors) >= datasetClusters {
		return kind, factors
	}
	kind, factors = "folds", nil
	for _, d := range datasets {
		factors = append(factors, withRows(d.Folds)...)
	}
	return kind, factors
}

func withRows(factors []Factor) (some []*Factor) {
	for i := range factors {
		if factors[i].N > 0 {
			some = append(some, &factors[i])
		}
	}
	return some
}

// robustErrors returns the standard errors of b and of the value at the point c
// that hold if only rows of different clusters are independent.
//
// With A = XᵀX + alpha·D, X = [1 | Z], D = diag(0, 1, …, 1), and s_g = Xᵀe over the
// rows of cluster g, the covariance is A⁻¹·(Σ s_g·s_gᵀ)·A⁻¹, times
// G/(G − 1)·(n − 1)/(n − k) for few clusters: CR1 (A. C. Cameron, D. L. Miller, "A
// practitioner's guide to cluster-robust inference", J. Human Resources 50,
// 2015). So a cluster enters by how far it alone moves the solution, A⁻¹·s_g.
func (a *solver) robustErrors(alpha float64, x solution, factors []*Factor, c []moments.Sum) (b []float64, at float64) {
	sum := squares{c: c}
	for _, f := range factors {
		sum.Add(a.move(alpha, f.score(x)))
	}
	g, n, k := float64(len(factors)), float64(a.n), float64(a.rank()+1)
	return sum.roots(math.Sqrt(g / (g - 1) * (n - 1) / (n - k)))
}

// score returns Xᵀe over the rows of the factor: X = [1 | Z], e = y − b₀ − Z·b.
func (f *Factor) score(x solution) []moments.Sum {
	w, r := f.Width, f.precise()
	s := make([]moments.Sum, w-1)
	for i := range f.rows() {
		row := r[i*w : i*w+w]
		e := row[w-1] // of the row of R, as of any row
		if i == 0 {
			e = e.Minus(row[0].Times(x.b0))
		}
		for j := max(i, 1); j < w-1; j++ {
			e = e.Minus(row[j].Times(x.b[j-1]))
		}
		for j := i; j < w-1; j++ {
			s[j].Merge(row[j].Times(e))
		}
	}
	return s
}

// move returns A⁻¹·s, in the row space.
func (a *solver) move(alpha float64, s []moments.Sum) solution {
	w := a.p + 1
	first := s[0].Over(a.big(0, 0))
	q := make([]moments.Sum, a.rank()) // forward substitution
	for i, j := range a.taken {
		q[i] = s[1+j].Minus(a.big(0, 1+j).Times(first))
		for k := range i {
			q[i] = q[i].Minus(a.t[k*w+j].Times(q[k]))
		}
		q[i] = q[i].Over(a.t[i*w+j])
	}
	return a.solve(alpha, first, q)
}
