// Package circle computes sines and cosines: fast, to about the last digit, and
// the same on every machine, which the standard library's are not.
//
// Products are rounded (by a conversion to float64) before they are added, so
// that no compiler fuses the two.
package circle

import (
	"math"

	"mlpipeline/internal/moments"
)

// size is how many points of the circle are known in advance.
const size = 1024

// grid holds cosine and sine of k/size turns.
var grid = func() (g [size][2]float64) {
	turn := moments.Sum{Hi: 2 * math.Pi, Lo: 2 * 1.2246467991473532e-16} // 2π to 32 digits
	angle := turn.Over(moments.Float(size))
	// Taylor series of one step; the other points follow by the addition theorem.
	var step [2]moments.Sum
	term := moments.Float(1)
	for n := range 16 {
		if n > 0 {
			term = term.Times(angle).Over(moments.Float(float64(n)))
		}
		if n%4 < 2 {
			step[n%2] = step[n%2].Plus(term)
		} else {
			step[n%2] = step[n%2].Minus(term)
		}
	}
	cos, sin := moments.Float(1), moments.Sum{}
	for k := range g {
		g[k] = [2]float64{cos.Value(), sin.Value()}
		cos, sin = cos.Times(step[0]).Minus(sin.Times(step[1])), sin.Times(step[0]).Plus(cos.Times(step[1]))
	}
	return g
}()

// Sincos returns the sine and cosine of a number of turns between −4 and 4, to
// about 2⁻⁵²: the nearest point of the grid, and the series of the rest, which
// is at most π/1024, by the addition theorem.
func Sincos(turns float64) (sin, cos float64) {
	k := math.RoundToEven(turns * size)
	p := &grid[int(k)&(size-1)]
	x := 2 * math.Pi * (turns - float64(k/size))
	x2 := float64(x * x)
	s := x * (1 - float64(x2*(1.0/6)*(1-float64(x2*(1.0/20)))))
	c := x2 / 2 * (1 - float64(x2*(1.0/12))) // 1 − cos x
	return p[1] + (float64(p[0]*s) - float64(p[1]*c)), p[0] - (float64(p[1]*s) + float64(p[0]*c))
}
