package design

import (
	"mlpipeline/internal/circle"
	"mlpipeline/internal/dataset"
)

// Harmonics writes the harmonics of the times into cols: the columns of the
// year's pairs of sine and cosine, sin kωt and cos kωt for k = 1, 2, …, and
// then of the day's.
func Harmonics(cols [][]float64, annual, daily int, times []dataset.Time) {
	harmonics(cols[:2*annual], times, Year)
	harmonics(cols[2*annual:2*(annual+daily)], times, day)
}

// HarmonicError bounds the absolute rounding error of a harmonic, which comes from numbers
// of size 1 however small it is itself: that of the phase, times k, is the most of
// it, some 4k·2⁻⁵³, and k is maxHarmonics at the most. One that varies less is
// constant, as the sine of half days is.
const HarmonicError = 0x1p-45

// harmonics takes one sine and cosine per time; the others follow by the
// addition theorem.
func harmonics(cols [][]float64, times []dataset.Time, period float64) {
	if len(cols) == 0 {
		return
	}
	sin, cos := cols[0][:len(times)], cols[1][:len(times)]
	for i, t := range times {
		phase := int64(t) % int64(period) // exact: periods are whole microseconds
		sin[i], cos[i] = circle.Sincos(float64(phase) / period)
	}
	for k := 2; k < len(cols); k += 2 {
		s, c, s0, c0 := cols[k][:len(times)], cols[k+1][:len(times)], cols[k-2][:len(times)], cols[k-1][:len(times)]
		for i := range times {
			s[i] = float64(s0[i]*cos[i]) + float64(c0[i]*sin[i])
			c[i] = float64(c0[i]*cos[i]) - float64(s0[i]*sin[i])
		}
	}
}
