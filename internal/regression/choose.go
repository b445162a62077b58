package regression

import (
	"math"
	"slices"

	"mlpipeline/internal/design"
	"mlpipeline/internal/ordered"
)

// Term is a group of columns of X that is in a model whole or not at all.
type Term struct {
	Name     string
	Kind     design.TermKind
	From, To int   // its columns, To not included
	Parents  []int // the terms that must be in a model with it
}

// chooser finds the terms with which cross-validation errs least, from the factors of the
// folds alone. What a term more or fewer is worth follows from swept normal equations, so
// that no row is read again and nothing is fitted anew: exact, but for columns that follow
// from others to nine digits.
type chooser struct {
	terms    []Term
	chosen   []bool
	varies   []bool   // of the terms: a column of it does
	test     []normal // the rows of every fold, which what is fitted to all others is tested on
	swept    []*sweep // of what is fitted in each, by the chosen terms
	rows     float64
	errors   []float64 // Σ of the squared errors on each fold, of the chosen terms
	least    []float64 // and of the best model for each fold by itself, of all that were compared
	compared int
}

// newChooser begins with the intercept alone. The columns of the folds' factors are
// standardised.
func newChooser(terms []Term, splits []split) *chooser {
	w, n := splits[0].test.Width, len(splits)
	c := &chooser{terms: terms, chosen: make([]bool, len(terms)), test: make([]normal, n), swept: make([]*sweep, n),
		errors: make([]float64, n), least: slices.Repeat([]float64{math.Inf(1)}, n)}
	ordered.Each(n, func(k int) { c.test[k] = newNormal(splits[k].test) })
	total := normal{w: w, a: make([]float64, w*w)}
	for k := range splits {
		total = total.plus(c.test[k], 1)
		c.rows += float64(splits[k].test.N)
	}
	for _, t := range terms {
		c.varies = append(c.varies, slices.ContainsFunc(t.columns(), func(j int) bool { return total.a[j*w+j] > 0 }))
	}
	ordered.Each(n, func(k int) {
		c.swept[k] = newSweep(total.plus(c.test[k], -1))
		c.swept[k].include([]int{0})
	})
	c.settle()
	return c
}

// plain reports whether a term is one that a design has without being asked for more.
func (t *Term) plain() bool {
	return slices.Contains([]design.TermKind{design.Number, design.Word, design.Harmonic, design.Lags}, t.Kind)
}

// columns returns a term's columns in a factor.
func (t *Term) columns() []int { return indices(t.From+1, t.To+1) }

// settle takes the errors of what is chosen now.
func (c *chooser) settle() {
	ordered.Each(len(c.swept), func(k int) { c.errors[k] = c.test[k].squaredError(c.swept[k].fit()) })
	c.compare(c.errors)
}

// compare counts one more model.
func (c *chooser) compare(errors []float64) {
	c.compared++
	for k, e := range errors {
		c.least[k] = min(c.least[k], e)
	}
}

// total returns the sum over the folds.
func (c *chooser) total(errors []float64) (sum float64) {
	for _, e := range errors {
		sum += e
	}
	return sum
}

// mse returns the mean squared error of cross-validation from those of the folds.
func (c *chooser) mse(errors []float64) float64 { return c.total(errors) / c.rows }

// optimism returns by how much the error of the chosen terms is thought to be too small
// because they are the best of many: (1/K)·Σ eₖ(θ̂) − eₖ(θ̂ₖ) (R. J. Tibshirani, R.
// Tibshirani, "A bias correction for the minimum error rate in cross-validation", The Annals
// of Applied Statistics 3, 2009), pooled over rows.
func (c *chooser) optimism() float64 { return c.mse(c.errors) - c.mse(c.least) }

// with returns the errors on the folds with a term more, or without one that is chosen.
func (c *chooser) with(term int) []float64 {
	errors, sign := make([]float64, len(c.swept)), 1.0
	if c.chosen[term] {
		sign = -1
	}
	for k, s := range c.swept {
		errors[k] = c.test[k].squaredError(s.fitOther(c.terms[term].columns(), sign))
	}
	return errors
}

// best returns the term, of those that may change, whose change costs least, and that cost;
// of equal ones the first.
func (c *chooser) best(may func(term int) bool, cost func(term int, errors []float64) float64) (
	term int, least float64) {
	all := make([][]float64, len(c.terms))
	ordered.Each(len(all), func(t int) {
		if may(t) {
			all[t] = c.with(t)
		}
	})
	term, least = -1, math.Inf(1)
	for t, errors := range all {
		if errors == nil {
			continue
		}
		c.compare(errors)
		if v := cost(t, errors); v < least {
			term, least = t, v
		}
	}
	return term, least
}

// toggle takes a term in, or out.
func (c *chooser) toggle(term int) {
	chosen := slices.Clone(c.chosen)
	chosen[term] = !chosen[term]
	c.set(chosen)
}

// set chooses terms.
func (c *chooser) set(chosen []bool) {
	before := c.chosen
	if c.chosen = slices.Clone(chosen); slices.Equal(before, chosen) {
		return
	}
	ordered.Each(len(c.swept), func(k int) {
		for t := range c.terms {
			if before[t] && !chosen[t] {
				c.swept[k].exclude(c.terms[t].columns())
			}
		}
		for t := range c.terms { // what followed from a term that is gone may say something now
			if chosen[t] {
				c.swept[k].include(c.terms[t].columns())
			}
		}
	})
	c.settle()
}

// forward takes terms in, the best first, while the error falls by a share of it.
func (c *chooser) forward(may func(term int) bool, gain float64, most int) {
	for range most {
		t, sum := c.best(func(t int) bool { return !c.chosen[t] && may(t) && c.hasParents(t) },
			func(_ int, errors []float64) float64 { return c.total(errors) })
		if t < 0 || !(sum < c.total(c.errors)*(1-gain)) {
			return
		}
		c.toggle(t)
	}
}

// backward leaves terms out, the least missed first, while cross-validation does not show
// that they are needed: while the error without one rises by no more than chance would let
// it. In a series, whose folds differ, that is half a standard error of the rise over the
// folds; elsewhere what a column of noise gains, a row's share of the error.
func (c *chooser) backward(series bool) {
	for {
		t, over := c.best(func(t int) bool { return c.chosen[t] && !c.isParent(t) && !c.alone(t) },
			func(t int, without []float64) float64 {
				rise, columns := c.total(without)-c.total(c.errors), float64(c.terms[t].To-c.terms[t].From)
				if series {
					return rise - 0.5*c.standardError(without)
				}
				return rise - float64(columns*c.total(c.errors)/c.rows)
			})
		if t < 0 || over > 0 {
			return
		}
		c.toggle(t)
	}
}

// standardError returns that of the sum over the folds of what other errors are above those
// of the chosen terms.
func (c *chooser) standardError(others []float64) float64 {
	n := float64(len(others))
	mean := (c.total(others) - c.total(c.errors)) / n
	squares := 0.0
	for k, e := range others {
		d := e - c.errors[k] - mean
		squares += float64(d * d)
	}
	return math.Sqrt(squares / (n - 1) * n)
}

func (c *chooser) hasParents(t int) bool {
	return !slices.ContainsFunc(c.terms[t].Parents, func(parent int) bool { return !c.chosen[parent] })
}

// alone reports whether t is the only chosen term that varies.
func (c *chooser) alone(t int) bool {
	for i := range c.terms {
		if i != t && c.chosen[i] && c.varies[i] {
			return false
		}
	}
	return true
}

// isParent reports whether a chosen term needs term t.
func (c *chooser) isParent(t int) bool {
	for i, other := range c.terms {
		if c.chosen[i] && slices.Contains(other.Parents, t) {
			return true
		}
	}
	return false
}
