package regression

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/testutil"
)

// randomRows are n rows [1 | Z | y] of p columns; column 3 is the sum of 1 and 2.
func randomRows(r *rand.Rand, n, p int) []float64 {
	rows := make([]float64, 0, n*(p+2))
	for range n {
		row := make([]float64, p+2)
		row[0] = 1
		for j := 1; j <= p; j++ {
			row[j] = r.NormFloat64() + 0.5*row[j-1]
		}
		row[3] = row[1] + row[2]
		for j := range p {
			row[p+1] += float64(j%3) * row[j+1]
		}
		row[p+1] += r.NormFloat64()
		rows = append(rows, row...)
	}
	return rows
}

// choosable is folds of random rows, and terms over their columns: two of one column, one
// of three, and two of two.
func choosable(seed uint64) (terms []Term, folds []Factor) {
	r := rand.New(rand.NewPCG(seed, 9))
	const p, k = 9, 4
	folds = make([]Factor, k)
	for i := range folds {
		folds[i].Add(randomRows(r, 40+10*i, p), p+2)
	}
	at := 0
	for i, columns := range []int{1, 1, 3, 2, 2} {
		terms = append(terms, Term{Name: string(rune('a' + i)), Kind: design.Number, From: at, To: at + columns})
		at += columns
	}
	return terms, folds
}

// foldErrors returns the squared errors on every fold of least squares on the columns of some
// terms in the others, fitted anew.
func foldErrors(t *testing.T, terms []Term, chosen []bool, folds []Factor) (errors []float64) {
	t.Helper()
	columns := []int{0}
	for i := range terms {
		if chosen[i] {
			columns = append(columns, terms[i].columns()...)
		}
	}
	columns = append(columns, folds[0].Width-1)
	for k := range folds {
		errors = append(errors, foldError(t, columns, folds, k, 0))
	}
	return errors
}

// foldError returns the squared error on fold k of the fit to some columns in the others.
func foldError(t *testing.T, columns []int, folds []Factor, k int, alpha float64) float64 {
	t.Helper()
	others := allOf(slices.Delete(slices.Clone(folds), k, k+1))
	a := testutil.Must(newSolver(others.Columns(columns), nil, alpha, nil, nil))(t)
	return folds[k].Columns(columns).squaredError(a.penalized(alpha).solve())
}

// What a term more or fewer is worth is what fitting anew gives, whatever was chosen before.
func TestChooserExact(t *testing.T) {
	for seed := range uint64(5) {
		terms, folds := choosable(seed)
		c := newChooser(terms, splitsOf(folds))
		check := func(what string, got, want []float64) {
			t.Helper()
			for k := range got {
				if math.Abs(got[k]-want[k]) > 1e-9*want[k] {
					t.Errorf("seed %d, %s: %v, want %v", seed, what, got, want)
					return
				}
			}
		}
		for _, step := range [][]int{{0}, {2}, {3, 4}, {2}, {1}, {0, 3}} {
			for _, i := range step {
				c.toggle(i)
			}
			check("chosen", c.errors, foldErrors(t, terms, c.chosen, folds))
			for i := range terms {
				other := slices.Clone(c.chosen)
				other[i] = !other[i]
				check("with or without "+terms[i].Name, c.with(i), foldErrors(t, terms, other, folds))
			}
		}
	}
}

// A term comes only with its parents, and a parent goes only after it.
func TestChooserParents(t *testing.T) {
	terms, folds := choosable(1)
	terms[4].Parents = []int{3}
	c := newChooser(terms, splitsOf(folds))
	all := func(int) bool { return true }
	if c.forward(all, 0.99, 1); slices.Contains(c.chosen, true) {
		t.Error("a term is taken in that does not take 99 % of the error away")
	}
	c.forward(all, 0, 20)
	if !c.chosen[3] || !c.chosen[4] {
		t.Errorf("of what the target follows from only %v are taken in", c.chosen)
	}
	for i, term := range terms {
		for _, parent := range term.Parents {
			if c.chosen[i] && !c.chosen[parent] {
				t.Errorf("%s without its parent", term.Name)
			}
		}
	}
	c.set([]bool{true, true, true, true, true})
	if !c.isParent(3) || c.isParent(0) {
		t.Error("not seen as a parent")
	}
	before := c.total(c.errors)
	if c.backward(false); c.chosen[4] && !c.chosen[3] {
		t.Error("a parent is gone before what needs it")
	}
	if c.optimism() < 0 || c.optimism() > 0.5*c.mse(c.errors) || c.total(c.errors) > before*1.2 || c.compared < 5 {
		t.Errorf("optimism %v, error %v of %v, %d models compared", c.optimism(), c.total(c.errors), before, c.compared)
	}
}

// What a rise of the error over the folds is compared with is its standard error.
func TestStandardErrorOfRise(t *testing.T) {
	c := chooser{errors: []float64{1, 1, 1, 1}}
	near(t, "standard error", c.standardError([]float64{2, 3, 4, 7}), math.Sqrt(14./3*4))
}

// A series is tested on what comes later: its folds in the order of their times, in ten groups
// of rows, of which each of the later five tests what is fitted to those before it.
func TestChainedSplits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 9))
	var datasets []Dataset
	for k := range 2 { // whose folds come in turn
		d := foldsOf(fmt.Sprint(k), problem(r, 100, 1, 1), 3, 5)
		d.First, d.Last = dataset.Time(10*k), dataset.Time(10*k+100)
		datasets = append(datasets, d)
	}
	splits := chainedSplits(datasets)
	if len(splits) != 5 {
		t.Fatalf("%d splits", len(splits))
	}
	for i, s := range splits {
		if s.train.N != int64(100+20*i) || !slices.Equal(s.test.R, datasets[(i+1)%2].Folds[(i+5)/2].R) {
			t.Errorf("split %d: %d rows before, others after", i, s.train.N)
		}
	}
}

// The penalties of a path, of some terms, err as fits to these alone do, one by one.
func TestBestPenalty(t *testing.T) {
	terms, folds := choosable(2)
	s := settings(9)
	s.Terms = terms
	s.leaveOut([]bool{true, true, false, true, true})
	s.Auto = true
	var c choice
	if reason := c.choosePenalty(&s, splitsOf(folds), pooled); reason != "" {
		t.Fatal(reason)
	}
	path := c.path
	columns := []int{0, 1, 2, 6, 7, 8, 9, 10}
	for _, p := range path {
		alpha := p.Alpha
		sum, rows := 0.0, int64(0)
		for k := range folds {
			sum += foldError(t, columns, folds, k, alpha)
			rows += folds[k].N
		}
		if want := sum / float64(rows); math.Abs(p.MSE-want) > 1e-9*want {
			t.Errorf("alpha %v: %v, want %v", alpha, p.MSE, want)
		}
	}
	if least := slices.MinFunc(path, func(a, b Point) int { return cmp.Compare(a.MSE, b.MSE) }); least.Alpha != c.penalty {
		t.Errorf("alpha %v where %v is best", c.penalty, least.Alpha)
	}
}

// splitsOf returns the splits of folds.
func splitsOf(folds []Factor) []split {
	splits, _ := newSplits(folds)
	return splits
}
