package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
)

// What a test has measured is possible, whatever the sizes of its numbers.
func TestHonest(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	accepted := 0
	for trial := range 600 {
		n := []int{0, 1, 2, 3, 10, 100, 1000}[r.IntN(7)]
		size := math.Pow(10, float64(r.IntN(300)-150))
		offset := []float64{0, 1, 1e6, 1e12, -1e15}[r.IntN(5)] * size
		bias := []float64{0, 0, 1, 1e6, -1e12}[r.IntN(5)] * size
		noise := []float64{0, 1e-14, 1e-6, 1, 1e6}[r.IntN(5)] * size
		spread := []float64{0, 1, 1e3}[r.IntN(3)] * size
		s := &Sample{Scale: NewScale(spread, 20, offset, size), TrainMean: offset}
		var times []dataset.Time
		var anomalous []bool
		var residual []float64
		d := Dataset{ID: dataset.ID{Name: "a"}}
		for i := range n {
			y := offset + size*r.NormFloat64()*float64(r.IntN(2))
			if r.IntN(9) == 0 {
				y = math.NaN()
				d.Unscored.NoTarget++
			}
			p := offset + bias + noise*r.NormFloat64()
			s.Actual, s.Predicted, residual = append(s.Actual, y), append(s.Predicted, p), append(residual, y-p)
			s.Before = append(s.Before, math.NaN())
			if i > 0 {
				s.Before[i] = s.Actual[i-1]
			}
			if spread > 0 {
				s.Spread = append(s.Spread, spread*(1+r.Float64()))
			}
			if trial%2 == 0 {
				s.Season = append(s.Season, offset+size)
				times = append(times, dataset.Time(time.Date(2020, 1, 1, i*(1+trial), 0, 0, 0, time.UTC).UnixMicro()))
				anomalous = append(anomalous, r.IntN(4) == 0 && y == y)
			}
		}
		d.Rows = int64(n)
		sums := &Sums{Datasets: []Dataset{d}}
		if len(times) == 0 {
			anomalous = nil
		}
		sums.Datasets[0].Add(s, times, anomalous, residual)
		sums.Counts.Add(s)
		if _, err := New(sums); err != nil {
			continue // too large or too small
		}
		accepted++
		if err := sums.check(); err != nil {
			t.Errorf("%d rows of size %v at %v, bias %v, noise %v, spread %v: %v", n, size, offset, bias, noise, spread, err)
		}
	}
	if accepted < 300 {
		t.Errorf("%d of them are tests", accepted)
	}
}
