package moments

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

func ExampleMoments() {
	var north, south Moments
	north.Add([]float64{3, 4, 5})
	south.Add([]float64{8, math.NaN()})
	north.Merge(south)
	fmt.Println(north.N, north.Mean.Value(), north.Var())
	// Output: 4 5 3.5
}

// Merged parts equal the whole, for any number of parts of any sizes.
func TestMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	xs := make([]float64, 1000)
	for i := range xs {
		xs[i] = 1e7 + r.NormFloat64()
	}
	var whole Moments
	whole.Add(xs)
	for parts := 2; parts <= 100; parts++ {
		var merged Moments
		rest := xs
		for k := parts; k > 0; k-- {
			n := len(rest)
			if k > 1 {
				n = r.IntN(len(rest) + 1)
			}
			var m Moments
			m.Add(rest[:n])
			merged.Merge(m)
			rest = rest[n:]
		}
		near(t, "mean", merged.Mean.Value(), whole.Mean.Value(), 1e-15)
		near(t, "variance", merged.Var(), whole.Var(), 1e-14)
		if merged.N != whole.N || merged.Min != whole.Min || merged.Max != whole.Max || whole.Min != slices.Min(xs) ||
			whole.Max != slices.Max(xs) {
			t.Errorf("%d parts: n = %d, want %d", parts, merged.N, whole.N)
		}
	}
}

// NIST's NumAcc3: 1001 numbers of mean 1000000.2 and deviation 0.1 (n − 1).
// One pass over sums of squares has no right digit here. The numbers are not
// exact in binary, which limits the deviation; the exact moments of the very
// float64s do not have that limit.
func TestNumAcc3(t *testing.T) {
	xs := read(t, "testdata/NumAcc3.csv")
	mean, m2 := exact(xs)
	for _, size := range []int{1, 2, 7, 100, len(xs)} {
		var m Moments
		for from := 0; from < len(xs); from += size {
			m.Add(xs[from:min(from+size, len(xs))])
		}
		near(t, "certified mean", m.Mean.Value(), 1000000.2, 1e-15)
		near(t, "certified deviation", math.Sqrt(m.Squares.Value()/1000), 0.1, 1e-9)
		near(t, "mean", m.Mean.Value(), mean, 1e-16)
		near(t, "squares", m.Squares.Value(), m2, 1e-14)
	}
}

// exact computes the mean and Σ(x − mean)² in rational arithmetic.
func exact(xs []float64) (mean, m2 float64) {
	n := new(big.Rat).SetInt64(int64(len(xs)))
	sum, squares := new(big.Rat), new(big.Rat)
	for _, x := range xs {
		sum.Add(sum, new(big.Rat).SetFloat64(x))
	}
	sum.Quo(sum, n)
	for _, x := range xs {
		d := new(big.Rat).SetFloat64(x)
		d.Sub(d, sum)
		squares.Add(squares, d.Mul(d, d))
	}
	mean, _ = sum.Float64()
	m2, _ = squares.Float64()
	return mean, m2
}

// A constant has no variance at all, however it is cut up; what varies is no
// constant, however many rows there are.
func TestConstant(t *testing.T) {
	var m, many Moments
	for range 10 {
		m.Add([]float64{0.1, 0.1, 0.1})
	}
	if m.Mean.Value() != 0.1 || m.Var() != 0 || !m.Constant() {
		t.Errorf("mean %v, variance %v", m.Mean, m.Var())
	}
	many.Add([]float64{5300000 - 0.002, 5300000 + 0.002})
	for range 40 {
		many.Merge(many)
		if many.Constant() || math.Abs(many.Std()/0.002-1) > 1e-6 {
			t.Fatalf("%d rows: constant %v, deviation %v", many.N, many.Constant(), many.Std())
		}
	}
	// Neighbours in float64 are as near as rounding brings a constant.
	for x, constant := range map[float64]bool{math.Nextafter(3, 4): true, 3 + 1e-14: false} {
		var m Moments
		m.Add([]float64{3, x, 3, x})
		if m.Constant() != constant {
			t.Errorf("3 and %v: constant %v", x, m.Constant())
		}
	}
}

// Of numbers that are too large for squares the extremes are known yet; what is missing is not
// counted.
func TestLargest(t *testing.T) {
	for _, xs := range [][]float64{{1.7e308, -1.6e308}, {1e300, -1e300, 0, 1, 2, 3}, {1e200, 0}} {
		var m Moments
		m.Add(nil)
		m.Add([]float64{math.NaN()})
		if m.N != 0 {
			t.Errorf("n = %d, want 0", m.N)
		}
		m.Add(xs)
		m.Add(xs)
		if m.Finite() || m.Possible() || m.Constant() || m.Min != slices.Min(xs) || m.Max != slices.Max(xs) {
			t.Errorf("%v: %+v", xs, m)
		}
	}
}

// What is of numbers is possible, and hardly anything else.
func TestPossible(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		var m Moments
		xs := make([]float64, r.IntN(5))
		for i := range xs {
			xs[i] = math.Ldexp(r.NormFloat64(), r.IntN(60)-30)
		}
		m.Add(xs)
		m.Merge(m)
		if !m.Possible() {
			t.Fatalf("%v: %+v", xs, m)
		}
	}
	var m Moments
	m.Add([]float64{1, 2, 4})
	for name, change := range map[string]func(*Moments){
		"n":       func(m *Moments) { m.N = -1 },
		"empty":   func(m *Moments) { m.N = 0 },
		"mean":    func(m *Moments) { m.Mean.Hi = 5 },
		"rest":    func(m *Moments) { m.Mean.Lo = math.NaN() },
		"squares": func(m *Moments) { m.Squares.Hi = -1 },
		"large":   func(m *Moments) { m.Squares.Hi = 50 },
		"NaN":     func(m *Moments) { m.Squares.Lo = math.NaN() },
		"min":     func(m *Moments) { m.Min = math.Inf(-1) },
		"max":     func(m *Moments) { m.Max = 0 },
	} {
		forged := m
		change(&forged)
		if forged.Possible() {
			t.Errorf("%s: %+v", name, forged)
		}
	}
}

// Double-double results agree with 200-bit arithmetic to 31 digits.
func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	wide := func(s Sum) *big.Float {
		return new(big.Float).SetPrec(200).Add(new(big.Float).SetPrec(200).SetFloat64(s.Hi),
			new(big.Float).SetFloat64(s.Lo))
	}
	random := func() Sum {
		return Float(r.NormFloat64() * math.Pow(10, float64(r.IntN(20)-10))).Plus(Float(r.NormFloat64() * 1e-20))
	}
	for range 10000 {
		a, b := random(), random()
		check := func(op string, got Sum, want, size *big.Float) {
			err := new(big.Float).Sub(wide(got), want)
			if err.Quo(err, size).Abs(err).Cmp(big.NewFloat(5e-32)) > 0 {
				t.Fatalf("%v %s %v: relative error %v", a, op, b, err)
			}
		}
		x, y := wide(a), wide(b)
		larger := new(big.Float).Add(new(big.Float).Abs(x), new(big.Float).Abs(y))
		if a.Value() != a.Hi+a.Lo {
			t.Fatalf("%v is not rounded", a)
		}
		check("+", a.Plus(b), new(big.Float).SetPrec(200).Add(x, y), larger)
		check("-", a.Minus(b), new(big.Float).SetPrec(200).Sub(x, y), larger)
		product := new(big.Float).SetPrec(200).Mul(x, y)
		check("·", a.Times(b), product, product)
		quotient := new(big.Float).SetPrec(200).Quo(x, y)
		check("/", a.Over(b), quotient, quotient)
	}
}

func read(t *testing.T, path string) (xs []float64) {
	b := testutil.Must(os.ReadFile(path))(t)
	for _, line := range strings.Fields(string(b))[1:] {
		x := testutil.Must(strconv.ParseFloat(line, 64))(t)
		xs = append(xs, x)
	}
	return xs
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s = %v, want %v to %g", what, got, want, tol)
	}
}

// The moments of zeros and ones are those of their numbers, whatever their counts.
func TestBinary(t *testing.T) {
	for _, c := range [][2]int{{1, 0}, {1, 1}, {5, 2}, {1000, 1}, {1000, 999}, {3, 3}, {3, 0}} {
		xs := make([]float64, c[0])
		for i := range c[1] {
			xs[i] = 1
		}
		var want Moments
		want.Add(xs)
		got := Binary(int64(c[0]), int64(c[1]))
		if got.N != want.N || got.Min != want.Min || got.Max != want.Max || got.Constant() != want.Constant() ||
			math.Abs(got.Mean.Minus(want.Mean).Value()) > 1e-16 || math.Abs(got.Squares.Minus(want.Squares).Value()) > 1e-14 {
			t.Errorf("%d ones of %d: %+v, want %+v", c[1], c[0], got, want)
		}
	}
	// n/10¹⁵ and 1 − n/10¹⁵ are exact to twice the digits of float64.
	m := Binary(1e15, 1)
	if one := m.Mean.Times(Float(1e15)).Minus(Float(1)).Value(); math.Abs(one) > 1e-30 {
		t.Errorf("the mean is off by %v of itself", one)
	}
	if d := m.Squares.Minus(Float(1)).Plus(Float(1e-15)).Value(); math.Abs(d) > 1e-30 {
		t.Errorf("the squares are off by %v", d)
	}
	if got := Binary(0, 0); got.N != 0 {
		t.Errorf("none: %+v", got)
	}
}

// Moments are written to the last bit, and nothing else is read.
func TestMomentsJSON(t *testing.T) {
	var m Moments
	m.Add([]float64{0.1, 1e300, -2.5, math.NaN()})
	b := testutil.Must(json.Marshal(m))(t)
	var back Moments
	if err := json.Unmarshal(b, &back); err != nil || back != m {
		t.Errorf("%v: %+v, not %+v", err, back, m)
	}
	for _, text := range []string{`"AAAA"`, `"` + strings.Repeat("A", 80) + `"`, `"?"`, `{}`, `1`} {
		if err := json.Unmarshal([]byte(text), &back); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
