package regression

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"mlpipeline/internal/moments"
)

// With A = XᵀX + alpha·D, X = [1 | Z], D = diag(0, 1, …, 1), the covariance of a solution
// (b₀; b) is A⁻¹·(Σ s·sᵀ)·A⁻¹ for some vectors s, each of which enters by how far it
// moves the solution, A⁻¹·s.

// stdErrors are standard errors: those of b, and that of the value b₀ + Σ bⱼ·cⱼ at a point c.
type stdErrors struct {
	b  []float64
	at float64
}

// times returns the errors in another unit.
func (e stdErrors) times(unit float64) stdErrors {
	scaled := stdErrors{make([]float64, len(e.b)), unit * e.at}
	for j, b := range e.b {
		scaled.b[j] = unit * b
	}
	return scaled
}

// sandwich returns the square roots of the diagonal, of so many vectors.
func (a *solver) sandwich(n int, vector func(i int) []moments.Sum, c []moments.Sum) stdErrors {
	e := stdErrors{b: make([]float64, a.p)}
	add := func(x solution) {
		value := x.b0
		for j, v := range x.b {
			e.b[j] += float64(v.Value() * v.Value())
			value.Merge(v.Times(c[j]))
		}
		e.at += float64(value.Value() * value.Value())
	}
	if a.wide {
		a.moveMany(n, vector, add)
	} else {
		for i := range n {
			add(a.move(vector(i)))
		}
	}
	for j, square := range e.b {
		e.b[j] = math.Sqrt(square)
	}
	e.at = math.Sqrt(e.at)
	return e
}

// classical returns the standard errors of independent rows, per unit of residual standard
// deviation, for which Σ s·sᵀ = XᵀX = RᵀR.
func (a *solver) classical(c []moments.Sum) stdErrors {
	return a.sandwich(a.f.rows(), func(i int) []moments.Sum {
		row := make([]moments.Sum, a.p+1)
		for j := i; j <= a.p; j++ {
			row[j] = a.f.at(i, j)
		}
		return row
	}, c)
}

// robust returns the standard errors that hold if only rows of different clusters
// are independent, with s = Xᵀe over the rows of one: times
// G/(G − 1)·(n − 1)/(n − k) for few clusters, CR1 (A. C. Cameron, D. L. Miller, "A
// practitioner's guide to cluster-robust inference", J. Human Resources 50, 2015).
func (a *solver) robust(x solution, clusters []*Factor, k int, c []moments.Sum) stdErrors {
	g, n := float64(len(clusters)), float64(a.n)
	e := a.sandwich(len(clusters), func(i int) []moments.Sum { return clusters[i].score(x) }, c)
	return e.times(math.Sqrt(g / (g - 1) * (n - 1) / (n - float64(k))))
}

// move returns A⁻¹·s, in the row space.
func (a *solver) move(s []moments.Sum) solution {
	s0 := s[0].Over(a.f.at(0, 0))
	q := make([]moments.Sum, a.rank()) // forward substitution
	for i, j := range a.taken {
		q[i] = s[1+j].Minus(a.f.at(0, 1+j).Times(s0))
		for k := range i {
			q[i] = q[i].Minus(a.t.at(k, i).Times(q[k]))
		}
		q[i] = q[i].Over(a.t.at(i, i))
	}
	return a.substitute(s0, q)
}

// moveMany hands over what move returns for each of many vectors, computed in float64, some of
// them at a time.
func (a *solver) moveMany(vectors int, vector func(i int) []moments.Sum, add func(x solution)) {
	k, t := a.rank(), a.triangle()
	for from := 0; from < vectors; from += TileRows {
		n := min(TileRows, vectors-from)
		s0 := make([]moments.Sum, n)
		v := blas64.General{Rows: k, Cols: n, Stride: n, Data: make([]float64, k*n)}
		for l := range n {
			s := vector(from + l)
			s0[l] = s[0].Over(a.f.at(0, 0))
			for i, j := range a.taken {
				v.Data[i*n+l] = s[1+j].Minus(a.f.at(0, 1+j).Times(s0[l])).Value()
			}
		}
		if k > 0 {
			blas64.Trsm(blas.Left, blas.Trans, 1, t, v)
			blas64.Trsm(blas.Left, blas.NoTrans, 1, t, v)
		}
		for l := range n {
			b := make([]moments.Sum, a.p)
			for i, j := range a.taken {
				b[j] = moments.Float(v.Data[i*n+l])
			}
			add(a.complete(s0[l], b))
		}
	}
}

// Clusters are the groups of rows of which the robust standard errors know that
// rows within one may resemble each other.
type Clusters struct {
	Kind   string `json:"kind"`             // "folds" of every dataset, or the "datasets" themselves
	N      int    `json:"n" range:"0,"`     // those that have rows
	Dof    int    `json:"dof"`              // of t_robust: n − 1
	Reason string `json:"reason,omitempty"` // why there are no robust standard errors
}

const (
	datasetClusters = 20 // so many datasets are clusters themselves
	fewClusters     = 6  // fewer than these make robust errors a rough guess
)

// Few reports whether there are robust standard errors of too few clusters.
func (c *Clusters) Few() bool { return c.Reason == "" && c.N < fewClusters }

// clusters returns the factors of the clusters. wholes are those of the datasets.
func clusters(datasets []Dataset, wholes []Factor) (kind string, factors []*Factor) {
	add := func(f *Factor) {
		if f.N > 0 {
			factors = append(factors, f)
		}
	}
	for i := range wholes {
		add(&wholes[i])
	}
	if len(factors) >= datasetClusters {
		return "datasets", factors
	}
	factors = nil
	for _, d := range datasets {
		for k := range d.Folds {
			add(&d.Folds[k].Factor)
		}
	}
	return "folds", factors
}
