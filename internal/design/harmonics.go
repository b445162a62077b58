package design

import (
	"math"

	"mlpipeline/internal/dataset"
)

// Calendar writes the harmonics of the times into cols: the columns of the
// year's pairs of sine and cosine, sin kωt and cos kωt for k = 1, 2, …, and
// then of the day's.
func Calendar(cols [][]float64, annual, daily int, times []dataset.Time) {
	harmonics(cols[:2*annual], times, year)
	harmonics(cols[2*annual:2*(annual+daily)], times, day)
}

// harmonics takes one sine and cosine per time; the others follow by the
// addition theorem.
func harmonics(cols [][]float64, times []dataset.Time, period float64) {
	if len(cols) == 0 {
		return
	}
	sin, cos := cols[0][:len(times)], cols[1][:len(times)]
	for i, t := range times {
		phase := int64(t) % int64(period) // exact: periods are whole microseconds
		sin[i], cos[i] = sincos(float64(phase) / period)
	}
	for k := 2; k < len(cols); k += 2 {
		s, c, s0, c0 := cols[k][:len(times)], cols[k+1][:len(times)], cols[k-2][:len(times)], cols[k-1][:len(times)]
		for i := range times {
			s[i] = s0[i]*cos[i] + c0[i]*sin[i]
			c[i] = c0[i]*cos[i] - s0[i]*sin[i]
		}
	}
}

// grid is the circle in steps of 1/gridSize turn.
const gridSize = 1024

var grid = func() (g [gridSize][2]float64) {
	for k := range g {
		g[k][0], g[k][1] = math.Sincos(2 * math.Pi * float64(k) / gridSize)
	}
	return g
}()

// sincos returns the sine and cosine of a number of turns between −1 and 1, to
// about 2⁻⁵²: the nearest point of the grid, and the series of the rest, which
// is at most π/1024, by the addition theorem.
func sincos(turns float64) (sin, cos float64) {
	k := math.RoundToEven(turns * gridSize)
	p := &grid[int(k)&(gridSize-1)]
	x := 2 * math.Pi * (turns - k/gridSize)
	x2 := x * x
	s := x * (1 - x2/6*(1-x2/20))
	c := x2 / 2 * (1 - x2/12) // 1 − cos x
	return p[0] + (p[1]*s - p[0]*c), p[1] - (p[0]*s + p[1]*c)
}
