package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// series is a simulated one: y_t = 20 + Σ φ_l·y_{t−l} + 3·sin(year) + 0.8·x_t + 0.5·ε_t.
type series struct {
	lags []int
	phi  []float64
	x, y []float64
}

func (s *series) extend(r *rand.Rand, n int) {
	for range n {
		t := len(s.y)
		x := r.NormFloat64()
		y := 20 + 3*math.Sin(2*math.Pi*float64(t)/365.2425) + 0.8*x + 0.5*r.NormFloat64()
		for k, lag := range s.lags {
			if t >= lag {
				y += s.phi[k] * s.y[t-lag]
			}
		}
		s.x, s.y = append(s.x, x), append(s.y, y)
	}
}

// csv writes rows from to to, with the targets that are known.
func (s *series) csv(from, to int, known func(i int) bool) string {
	var b strings.Builder
	b.WriteString("t,x,y\n")
	for i := from; i < to; i++ {
		day := time.Date(2000, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		if fmt.Fprintf(&b, "%s,%v,", day, s.x[i]); known(i) {
			fmt.Fprint(&b, s.y[i])
		}
		b.WriteString("\n")
	}
	return b.String()
}

func all(int) bool { return true }

// trained fits a model to a file, as the stages do.
func trained(t *testing.T, d design.Design, csv string) (*scaler.Scaler, *Model) {
	t.Helper()
	s := scalerOf(t, d, csv)
	m, _ := fitted(t, SettingsOf(s, Fit{Folds: 2}), datasetOf(t, s, "a", csv, 2))
	return s, m
}

// predictAhead predicts the rows of a file that goes on where training ended.
func predictAhead(t *testing.T, s *scaler.Scaler, m *Model, csv string) []Forecast {
	t.Helper()
	past := m.Pasts(slices.Max(s.Lags))["a"].Targets
	ahead := NewAhead(m, &s.Design, s.DataMin, s.DataMax)
	return scanned(t, csv, &design.Scan[[]Forecast]{Design: &s.Design, Unknown: true, All: true, Ahead: true,
		Past: [][]float64{past}, Merge: func(file *[]Forecast, block []Forecast) { *file = append(*file, block...) },
		Work: func(r *design.Rows) (all []Forecast, err error) {
			for i := range r.Block.N {
				f, ok := ahead.Predict(r, i)
				if !ok {
					f.Value = math.NaN()
				}
				all = append(all, f)
			}
			return all, nil
		}}).Sum
}

// Forecasts are those of the recursion by matrices, in the units of the data; a target that becomes
// known on the way has no error.
func TestAhead(t *testing.T) {
	const n, steps = 80, 9
	for _, lags := range [][]int{{1, 2}, {1, 3}} {
		y := series{lags: lags, phi: []float64{0.7, -0.3}}
		y.extend(rand.New(rand.NewPCG(1, 2)), n+steps)
		d := design.Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: lags, Missing: design.Drop}
		s, m := trained(t, d, y.csv(0, n, all))
		known := func(i int) bool { return i == n+4 }
		got := predictAhead(t, s, m, y.csv(n, n+steps, known))

		last := lags[1]
		a, target := mat.NewDense(n-last, 4, nil), mat.NewVecDense(n-last, nil)
		for i := last; i < n; i++ {
			a.SetRow(i-last, []float64{1, y.x[i], y.y[i-lags[0]], y.y[i-lags[1]]})
			target.SetVec(i-last, y.y[i])
		}
		var b, residual mat.VecDense
		testutil.OK(t, b.SolveVec(a, target))
		residual.MulVec(a, &b)
		residual.SubVec(target, &residual)
		sigma := math.Sqrt(mat.Dot(&residual, &residual) / float64(n-last-4))
		var gram, inverse mat.Dense
		gram.Mul(a.T(), a)
		testutil.OK(t, inverse.Inverse(&gram))

		values := slices.Clone(y.y[:n])
		phi := mat.NewVecDense(last, nil)
		phi.SetVec(lags[0]-1, b.AtVec(2))
		phi.SetVec(lags[1]-1, b.AtVec(3))
		p := mat.NewDense(last, last, nil)
		directions := make([]*mat.VecDense, n, n+steps)
		for i := n; i < n+steps; i++ {
			x := mat.NewVecDense(4, []float64{1, y.x[i], values[i-lags[0]], values[i-lags[1]]})
			value := mat.Dot(x, &b)
			var c mat.VecDense
			c.MulVec(p, phi)
			v := 1 + mat.Dot(phi, &c)
			g := mat.VecDenseCopyOf(x)
			for k, lag := range lags {
				if before := directions[i-lag]; before != nil {
					g.AddScaledVec(g, b.AtVec(2+k), before)
				}
			}
			f := got[i-n]
			near(t, "prediction", f.Value, value)
			near(t, "spread", f.Spread, sigma*math.Sqrt(v+mat.Inner(g, &inverse, g)))

			shifted := mat.NewDense(last, last, nil)
			shifted.Slice(1, last, 1, last).(*mat.Dense).Copy(p.Slice(0, last-1, 0, last-1))
			if known(i) {
				value, g = y.y[i], nil
			} else {
				shifted.Set(0, 0, v)
				for k := 1; k < last; k++ {
					shifted.Set(0, k, c.AtVec(k-1))
					shifted.Set(k, 0, c.AtVec(k-1))
				}
			}
			p, values, directions = shifted, append(values, value), append(directions, g)
		}
		if want := []int{lags[0], lags[1]}; !slices.Equal(got[8].Lags, want) || len(got[0].Lags) > 0 {
			t.Errorf("guessed %v and %v", got[0].Lags, got[8].Lags)
		}
	}
}

// Forecasts that grow without end are none from where they are beyond all measure.
func TestAheadExplodes(t *testing.T) {
	y := series{lags: []int{1}, phi: []float64{1.2}}
	y.extend(rand.New(rand.NewPCG(7, 8)), 60+3000)
	d := design.Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: y.lags, Missing: design.Drop}
	s, m := trained(t, d, y.csv(0, 60, all))
	got := predictAhead(t, s, m, y.csv(60, 60+3000, func(int) bool { return false }))
	if last := got[2999].Value; got[0].Value != got[0].Value || last == last {
		t.Errorf("%v, and in the end %v", got[0].Value, last)
	}
}

// Forecasts go on from block to block, on any number of cores.
func TestAheadBlocks(t *testing.T) {
	const n, steps = 200, 40000
	y := series{lags: []int{1, 30}, phi: []float64{0.5, 0.2}}
	y.extend(rand.New(rand.NewPCG(5, 6)), n+steps)
	d := design.Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: y.lags, Missing: design.Drop}
	s, m := trained(t, d, y.csv(0, n, all))
	csv := y.csv(n, n+steps, func(i int) bool { return i%1000 < 10 })
	values := append(y.y[:n:n], make([]float64, steps)...)
	b := func(j int) float64 { return m.Coef[j] / m.Scale[j] }
	for h, f := range predictAhead(t, s, m, csv) {
		i := n + h
		want := m.Intercept + b(0)*(y.x[i]-m.Mean[0]) + b(1)*(values[i-1]-m.Mean[1]) + b(2)*(values[i-30]-m.Mean[2])
		if near(t, "prediction", f.Value, want); t.Failed() {
			t.Fatalf("row %d", h)
		}
		if values[i] = f.Value; i%1000 < 10 {
			values[i] = y.y[i]
		}
	}
}
