package circle

import (
	"fmt"
	"math"
	"testing"
)

func ExampleSincos() {
	sin, cos := Sincos(1. / 12)
	fmt.Printf("%.12f %.12f\n", sin, cos)
	// Output: 0.500000000000 0.866025403784
}

// The results are as good as the library's, and quarter turns far better.
func TestSincos(t *testing.T) {
	for i := -200000; i <= 200000; i++ {
		turns := float64(i) / 100000
		s, c := Sincos(turns)
		wantS, wantC := math.Sincos(2 * math.Pi * math.Remainder(turns, 1))
		if math.Abs(s-wantS) > 1e-15 || math.Abs(c-wantC) > 1e-15 {
			t.Fatalf("%v turns: %v %v, want %v %v", turns, s, c, wantS, wantC)
		}
	}
	for k, want := range [][2]float64{{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {0, 1}} {
		if s, c := Sincos(float64(k) / 4); math.Abs(s-want[0]) > 1e-30 || math.Abs(c-want[1]) > 1e-30 {
			t.Errorf("%d quarter turns: %v %v", k, s, c)
		}
	}
}
