package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

// Coverage is the share of the rows that are within their intervals; normal residuals of a known
// deviation are held as often as the level says.
func TestIntervals(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	const n, dof, sigma = 20000, 50, 2.0
	s := &Sample{Scale: NewScale(sigma, dof, 0, 1)}
	for range n {
		spread := sigma * (1 + r.Float64())
		s.Predicted = append(s.Predicted, 3)
		s.Actual = append(s.Actual, 3+spread*r.NormFloat64())
		s.Spread = append(s.Spread, spread)
	}
	var e Errors
	e.Add(s)
	f := e.Figures()
	if len(f.Intervals) != len(Nominal) {
		t.Fatalf("%d levels", len(f.Intervals))
	}
	for l, level := range Nominal {
		quantile := Quantile((1+level)/2, dof)
		inside := 0.0
		for i, y := range s.Actual {
			if math.Abs(y-3) <= quantile*s.Spread[i] {
				inside += 1. / n
			}
		}
		got := f.Intervals[l]
		near(t, "level", got.Level, level)
		near(t, fmt.Sprint("coverage at ", level), got.Coverage, inside)
		if d := math.Abs(got.Coverage - level); d > 4*math.Sqrt(level*(1-level)/n)+0.01 { // t is wider than normal
			t.Errorf("%v of the rows are within their %v intervals", got.Coverage, level)
		}
	}
	if *f.Coverage != f.Intervals[3].Coverage {
		t.Error("the coverage is that of another level than 0.95")
	}
}

// trail is a file whose residuals go on from row to row; every seventh row or so is
// not scored.
func trail(r *rand.Rand, n int, gaps bool) (s *Sample, times []dataset.Time) {
	s = &Sample{Scale: NewScale(2, 40, 10, 3)}
	e := 0.0
	for i := range n {
		e = 0.7*e + r.NormFloat64() + 0.1
		predicted := 10 + 3*r.NormFloat64()
		y := predicted + e
		if gaps && (i == 0 || r.IntN(7) == 0) {
			y = math.NaN()
		}
		s.Actual, s.Predicted = append(s.Actual, y), append(s.Predicted, predicted)
		s.Spread = append(s.Spread, 2+r.Float64())
		times = append(times, dataset.Time(time.Date(1969, 3, 1+i, 0, 0, 0, 0, time.UTC).UnixMicro()))
	}
	return s, times
}

// pattern sums up rows from to to.
func pattern(s *Sample, times []dataset.Time, from, to int) (p Pattern) {
	part := s.part(from, to)
	var residual []float64
	for i, y := range part.Actual {
		residual = append(residual, y-part.Predicted[i])
	}
	p.Add(part, times[from:to], residual)
	return p
}

// Every diagnostic is what its name says, by the definition, with rows that were not
// scored and without; two files make pairs of rows within each.
func TestDiagnostics(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	for _, gaps := range []bool{false, true} {
		var all Pattern
		var files [][]float64 // residuals
		var e []float64       // scored ones
		var counts Counts
		months, tenths := make([][]float64, 12), make([][]float64, 10)
		var bars [34]int64
		var cells [26][26]int64
		for _, n := range []int{400, 90} {
			s, times := trail(r, n, gaps)
			p := pattern(s, times, 0, n)
			merge(&all, &p)
			counts.Add(s)
			var file []float64
			for i, y := range s.Actual {
				d := y - s.Predicted[i]
				if file = append(file, d); d != d {
					continue
				}
				e = append(e, d)
				month := time.UnixMicro(int64(times[i])).UTC().Month()
				months[month-1] = append(months[month-1], d)
				z := (s.Predicted[i] - 10) / 3
				tenth := int(10 * (1 + math.Erf(z/math.Sqrt2)) / 2)
				tenths[tenth] = append(tenths[tenth], d)
				bars[place(d/s.Spread[i], -4, 33)]++
				unit := math.Hypot(2, 3)
				cells[place((s.Predicted[i]-10)/unit, -3, 25)][place((y-10)/unit, -3, 25)]++
			}
			files = append(files, file)
		}
		mean, squares := 0.0, 0.0
		for _, v := range e {
			mean += v / float64(len(e))
			squares += v * v
		}
		central := func(power float64) (m float64) {
			for _, v := range e {
				m += math.Pow(v-mean, power) / float64(len(e))
			}
			return m
		}
		got := all.Diagnostics()
		near(t, "skewness", *got.Skewness, central(3)/math.Pow(central(2), 1.5))
		near(t, "kurtosis", *got.Kurtosis, central(4)/math.Pow(central(2), 2))
		for k := 1; k <= 30; k++ {
			pairs, sum, steps := 0.0, 0.0, 0.0
			for _, file := range files {
				for i := k; i < len(file); i++ {
					if product := (file[i] - mean) * (file[i-k] - mean); product == product {
						pairs, sum = pairs+1, sum+product
						steps += (file[i] - file[i-1]) * (file[i] - file[i-1])
					}
				}
			}
			near(t, fmt.Sprint("autocorrelation ", k), *got.Autocorrelation[k-1], sum/pairs/central(2))
			if k == 1 {
				near(t, "Durbin-Watson", *got.DurbinWatson, steps/squares)
			}
		}
		group := func(what string, got []Group, want [][]float64) {
			for i, bin := range want {
				sum, squares := 0.0, 0.0
				for _, v := range bin {
					sum += v
				}
				for _, v := range bin {
					squares += (v - sum/float64(len(bin))) * (v - sum/float64(len(bin)))
				}
				if got[i].Rows != int64(len(bin)) {
					t.Errorf("%s %d: %d rows, want %d", what, i, got[i].Rows, len(bin))
				} else if len(bin) > 0 {
					n := float64(len(bin))
					near(t, fmt.Sprint(what, " ", i), *got[i].MeanResidual, sum/n)
					near(t, fmt.Sprint("standard error of ", what, " ", i), *got[i].StdError, math.Sqrt(squares/n/(n-1)))
				} else if got[i].MeanResidual != nil || got[i].MeanPrediction != nil {
					t.Errorf("%s %d: a mean of nothing", what, i)
				}
			}
		}
		group("month", got.Months, months)
		group("tenth", got.Predictions, tenths)
		if counts.Histogram != bars || counts.Density != cells {
			t.Errorf("histogram %v, want %v\nor density %v, want %v", counts.Histogram, bars, counts.Density, cells)
		}
	}
}

// place is the bin of a number: a quarter wide, from one on, of which what is outside is in
// bins 0 and last.
func place(v, from float64, last int) int {
	return min(last, max(0, int(math.Floor((v-from)*4))+1))
}

// What a bias that dwarfs the deviation leaves of figures about the mean is null, not
// the noise of the sums; what is left is right.
func TestBias(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, c := range []struct {
		bias                                       float64
		n                                          int
		skewness, kurtosis, autocorrelation, error bool // known
	}{{0, 500, true, true, true, true}, {10, 500, true, true, true, true}, {100, 500, true, true, true, true},
		{1000, 500, true, false, true, true}, {1e5, 500, false, false, false, false}, {1e7, 500, false, false, false, false},
		{3, 1, false, false, false, false}} {
		s := &Sample{Scale: NewScale(0, 1, 0, 1)}
		var residual []float64
		for range c.n {
			e := c.bias + random.NormFloat64()
			s.Actual, s.Predicted, residual = append(s.Actual, e), append(s.Predicted, 0), append(residual, e)
		}
		var p Pattern
		p.Add(s, nil, residual)
		d := p.Diagnostics()
		if d.Skewness != nil != c.skewness || d.Kurtosis != nil != c.kurtosis ||
			d.Autocorrelation[0] != nil != c.autocorrelation || d.Predictions[4].StdError != nil != c.error {
			b, _ := json.Marshal(d)
			t.Errorf("bias %v: %s", c.bias, b)
		}
		if c.kurtosis && math.Abs(*d.Kurtosis-3) > 0.7 || c.skewness && math.Abs(*d.Skewness) > 0.4 ||
			c.autocorrelation && math.Abs(*d.Autocorrelation[0]) > 0.15 {
			t.Errorf("bias %v: kurtosis %v, skewness %v", c.bias, *d.Kurtosis, *d.Skewness)
		}
	}
}
