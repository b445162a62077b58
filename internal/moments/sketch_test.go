package moments

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/testutil"
)

// samples are sets of numbers of several kinds.
func samples(r *rand.Rand, n int) map[string][]float64 {
	draw := func(f func() float64) []float64 {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = f()
		}
		return xs
	}
	return map[string][]float64{
		"normal":     draw(r.NormFloat64),
		"far":        draw(func() float64 { return 72793024233 + 5*r.NormFloat64() }),
		"lognormal":  draw(func() float64 { return math.Exp(3 * r.NormFloat64()) }),
		"rain":       draw(func() float64 { return max(0, math.Round(10*r.NormFloat64()-8)/10) }),
		"codes":      draw(func() float64 { return float64(r.IntN(7) - 3) }),
		"missing":    draw(func() float64 { return []float64{math.NaN(), r.Float64()}[r.IntN(2)] }),
		"signs of 0": draw(func() float64 { return math.Copysign(0, r.NormFloat64()) }),
	}
}

func encode(t *testing.T, s *Sketch) string {
	t.Helper()
	text := testutil.Must(json.Marshal(s))(t)
	return string(text)
}

// Whatever the order, the blocks and the grouping, the same numbers give the same bytes,
// and these read back.
func TestSketchMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for name, xs := range samples(r, 20000) {
		var whole Sketch
		whole.Add(xs)
		want := encode(t, &whole)
		for shards := 2; shards <= 20; shards += 3 {
			r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
			parts := make([]Sketch, shards)
			for i, rest := 0, xs; i < shards; i++ {
				n := len(rest)
				if i < shards-1 {
					n = r.IntN(n + 1)
				}
				parts[i].Add(rest[:n])
				rest = rest[n:]
			}
			for len(parts) > 1 { // a random tree
				i := r.IntN(len(parts) - 1)
				parts[i].Merge(&parts[i+1])
				parts = slices.Delete(parts, i+1, i+2)
			}
			if got := encode(t, &parts[0]); got != want {
				t.Errorf("%s, %d shards: other bytes than the whole", name, shards)
			}
		}
		var read Sketch
		if err := json.Unmarshal([]byte(want), &read); err != nil || encode(t, &read) != want || read.N() != whole.N() {
			t.Errorf("%s: does not read back: %v", name, err)
		}
	}
}

// Quantiles are numbers of the set. They are R's type 1 while there are few different
// numbers, and nearly so beyond: no bin of a continuous column has 2 % of its rows.
func TestSketchQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	p := []float64{0, 0.1, 0.25, 0.5, 0.75, 0.9, 1}
	for _, n := range []int{1, 2, 3, 10, 1000, 100000} {
		for name, xs := range samples(r, n) {
			var s Sketch
			s.Add(xs)
			sorted := slices.DeleteFunc(slices.Clone(xs), math.IsNaN)
			slices.Sort(sorted)
			got, _ := s.Quantiles(p...)
			for i := range got {
				rank := max(1, int(math.Ceil(p[i]*float64(len(sorted)))))
				low, high := sorted[rank-1], sorted[rank-1]
				if len(slices.Compact(slices.Clone(sorted))) > maxBins {
					low, high = sorted[max(0, rank-1-len(sorted)/50)], sorted[min(len(sorted)-1, rank-1+len(sorted)/50)]
				}
				if p[i] == 1 {
					low = slices.Max(sorted)
				}
				if !slices.Contains(sorted, got[i]) || got[i] < low || got[i] > high {
					t.Errorf("%s, n = %d: the %v quantile is %v, want %v to %v", name, n, p[i], got[i], low, high)
				}
			}
		}
	}
}

func TestSketchWithoutMode(t *testing.T) {
	var s Sketch
	s.Add([]float64{0, 0, 0, 0, 3, 1, 2})
	if q, _ := s.WithoutMode().Quantiles(0, 0.5, 1); !slices.Equal(q, []float64{1, 2, 3}) || s.Distinct() != 4 {
		t.Errorf("quantiles %v of 1, 2, 3; %d different numbers", q, s.Distinct())
	}
	s.Add([]float64{4})
	if q, _ := s.WithoutMode().Quantiles(0); q[0] != 0 {
		t.Errorf("half of the numbers are no mode; least %v", q)
	}
	// A narrow column far from zero with noise about zero falls into one bin.
	r := rand.New(rand.NewPCG(1, 1))
	var narrow Sketch
	for i := range 100000 {
		x := 1000 + r.NormFloat64()
		if i%20 == 0 {
			x = r.NormFloat64() * math.Exp(-20*r.Float64())
		}
		narrow.Add([]float64{x})
	}
	if _, coarse := narrow.Quantiles(0.1, 0.5); !coarse {
		t.Error("not said to be coarse")
	}
}

func FuzzSketch(f *testing.F) {
	var s Sketch
	s.Add([]float64{-1, 0, 2.5})
	text, _ := json.Marshal(&s)
	f.Add(string(text))
	f.Add(`"QICAgICAgICAgAEAAQ=="`) // of which 64 bits are dropped
	f.Fuzz(func(t *testing.T, text string) {
		var s Sketch
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		if s.shift > 63 {
			t.Errorf("%d bits are dropped of 64", s.shift)
		}
		quantiles, _ := s.Quantiles(0, 0.1, 0.5, 1)
		for _, q := range quantiles {
			if math.IsNaN(q) || math.IsInf(q, 0) {
				t.Errorf("quantile %v", q)
			}
		}
		encode(t, &s)
	})
}

func BenchmarkSketch(b *testing.B) {
	for name, xs := range samples(rand.New(rand.NewPCG(1, 2)), 100000) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(xs) * 8))
			var s Sketch
			for b.Loop() {
				s.Add(xs)
			}
		})
	}
}

// A histogram counts every number once.
func TestHistogram(t *testing.T) {
	s := new(Sketch)
	s.Add([]float64{-3, 0, 0.1, 1, 1.9, 2, 7, 1e300, -1e300, math.NaN()})
	if counts, beyond := s.Histogram(0, 2, 4); !slices.Equal(counts, []int64{2, 0, 1, 2}) || beyond != 4 {
		t.Errorf("%v and %d beyond", counts, beyond)
	}
	if counts, beyond := s.Histogram(-1e300, 1e300, 2); counts[0]+counts[1] != 9 || beyond != 0 {
		t.Errorf("%v and %d beyond", counts, beyond)
	}
	if counts, beyond := s.Histogram(7, 7, 3); counts[0] != 1 || beyond != 8 {
		t.Errorf("%v and %d beyond", counts, beyond)
	}
}
