package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
)

// Intervals are those of R 4.2: predict(lm(inv ~ value + capital), new, interval =
// "prediction", level = 0.9).
func TestIntervalsOfR(t *testing.T) {
	m, _, _ := grunfeldModel(t, 0)
	rows := &design.Rows{N: 2, X: [][]float64{{100, 3000}, {50, 500}}}
	fit, leverage, spread := make([]float64, 2), make([]float64, 2), make([]float64, 2)
	m.Predict(fit, rows)
	m.Leverage(leverage, rows)
	m.Spread(spread, leverage)
	half := metrics.Quantile(0.95, m.Band.Dof)
	for i, want := range [][3]float64{
		{-19.624229363905599, -176.32973594371543, 137.08127721590421},
		{419.311344011081758, 262.06895716373970, 576.55373085842382},
	} {
		exactly(t, "fit", fit[i], want[0])
		exactly(t, "lower", fit[i]-half*spread[i], want[1])
		exactly(t, "upper", fit[i]+half*spread[i], want[2])
	}
	var all []float64
	for _, firm := range grunfeld(t) {
		all = append(all, firm...)
	}
	first := &design.Rows{N: 1, X: [][]float64{{all[1]}, {all[2]}}}
	m.Leverage(leverage[:1], first)
	exactly(t, "the first row's hat value", leverage[0], 0.034565225885166175)
}

// The leverage is xᵀ(XᵀX + alpha·D)⁻¹x, the degrees of freedom are what the trace of
// the hat matrix leaves, whatever the number of columns and rows; a constant column
// plays no part.
func TestBand(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for _, alpha := range []float64{0, 11} {
		for p := 1; p <= 11; p++ {
			w, n := p+2, 300
			rows := problem(r, n, p, 1)
			constant := p > 2
			if constant {
				for i := range n {
					rows[i*w+2] = 0
				}
			}
			s := settings(p)
			s.Alpha = alpha
			m, summary := fitted(t, s, foldsOf("a", rows, w, 5))
			by := newByHand(rows, w)
			_, inverse := by.fit(alpha)
			var hat mat.Dense
			hat.Product(by.x, inverse, by.x.T())
			columns := &design.Rows{N: n}
			for j := range p {
				columns.X = append(columns.X, mat.Col(nil, 1+j, by.x))
			}
			h := make([]float64, n)
			columns.X[0][0] = math.NaN() // which counts as the mean
			by.x.Set(0, 1, 0)
			if constant {
				columns.X[1][1] = 1e9
			}
			m.Leverage(h, columns)
			for i := range n {
				if i == 0 {
					row := by.x.RowView(0)
					near(t, "leverage of a row with a missing number", h[0], mat.Inner(row, inverse, row))
					continue
				}
				near(t, fmt.Sprintf("alpha %v, %d columns: leverage", alpha, p), h[i], hat.At(i, i))
			}
			near(t, "degrees of freedom", m.Band.Dof, float64(n)-mat.Trace(&hat))
			rss := sse(rows, w, append([]float64{m.Intercept}, m.Coef...))
			near(t, "σ̂", m.Band.Sigma, math.Sqrt(rss/m.Band.Dof))
			if alpha == 0 {
				near(t, "σ̂ in the summary", *summary.ResidualStd, m.Band.Sigma)
			}
			fitted := make([]float64, n)
			columns.X[0][0] = rows[1]
			m.Predict(fitted, columns)
			mean, squares := 0.0, 0.0
			for _, v := range fitted {
				mean, squares = mean+v/float64(n), squares+float64(v*v)/float64(n)
			}
			near(t, "deviation of the predictions", m.Band.Fitted, math.Sqrt(squares-mean*mean))
		}
	}
}

// Without an error of the training rows there are no intervals.
func TestNoBand(t *testing.T) {
	rows := []float64{1, 0, 5, 1, 1, 7, 1, 2, 9, 1, 3, 11}
	for name, n := range map[string]int{"exact": 4, "no degrees of freedom": 2} {
		d := foldsOf("a", rows[:n*3], 3, 5)
		for k := range d.Folds {
			d.Folds[k] = Fold{}
		}
		d.Folds[0] = Fold{Factor: *factorOf(rows[:n*3], 3, true)}
		m, _, err := New(settings(1), []Dataset{d})
		if err != nil || m.Band.Sigma != 0 {
			t.Errorf("%s: %+v, %v", name, m.Band, err)
		}
	}
}

// Rows that are unlike those of the training are named, and why.
func TestDoubt(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	const n, w = 100, 6
	var rows []float64
	for range n {
		a, b := r.Float64(), r.Float64()
		rows = append(rows, 1, a, b, 2*a-b, a, a+b+r.NormFloat64())
	}
	s := settings(4)
	s.Names, s.SeasonFrom, s.SeasonTo = []string{"a", "b", "c", "annual"}, 3, 4
	m, _ := fitted(t, s, foldsOf("d", rows, w, 5))
	low, high := []float64{0, 0, -1, 0}, []float64{1, 1, 2, 1}
	for _, c := range []struct {
		x    []float64
		want string // "; " between them
	}{
		{[]float64{0.5, 0.5, 0.5, 0.5}, ""},
		{[]float64{0.5, 0.5, 0.5 + 1e-9, 0.5}, ""},
		{[]float64{0.5, 0.5, 0.4, 0.5}, "unlike training, not c = 2·a − b"},
		{[]float64{0.5, 0.5, 0.5, 5}, "unlike training, not annual = a"},
		{[]float64{1.25, 0.5, 2, 1.25}, "extrapolates: a 1.25 above 1"},
		{[]float64{0.5, -0.125, 1.125, 0.5}, "extrapolates: b -0.125 below 0"},
		{[]float64{9, 0.5, 17.5, 9},
			"extrapolates: a 9 above 1; extrapolates: c 17.5 above 2; far from the training rows: leverage "},
		{[]float64{0.5, math.NaN(), 0.5, 0.5}, "b is missing, its mean is taken"},
	} {
		block := &design.Rows{N: 1}
		for _, v := range c.x {
			block.X = append(block.X, []float64{v})
		}
		h := make([]float64, 1)
		m.Leverage(h, block)
		got := strings.Join(m.Doubt(block, 0, h[0], low, high), "; ")
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%v: %q, want %q", c.x, got, c.want)
		}
	}
}
