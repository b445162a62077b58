package cmd_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// frame is a table without time: columns by name, in order, the target "y"
// among them.
type frame struct {
	names []string
	cols  map[string][]float64
}

func (f frame) clone() frame {
	c := frame{slices.Clone(f.names), map[string][]float64{}}
	for name, col := range f.cols {
		c.cols[name] = slices.Clone(col)
	}
	return c
}

// with is the frame with another column, or in place of it.
func (f frame) with(name string, value func(i int) float64) frame {
	c := f.clone()
	if !slices.Contains(c.names, name) {
		c.names = append(c.names, name)
	}
	col := make([]float64, len(f.cols["y"]))
	for i := range col {
		col[i] = value(i)
	}
	c.cols[name] = col
	return c
}

// write writes rows from to to (not included).
func (f frame) write(t testing.TB, path string, from, to int) {
	t.Helper()
	b := []byte(strings.Join(f.names, ",") + "\n")
	for i := from; i < to; i++ {
		for j, name := range f.names {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendFloat(b, f.cols[name][i], 'g', -1, 64)
		}
		b = append(b, '\n')
	}
	write(t, path, string(b))
}

// testRows are how many rows at the end of a frame are for testing.
const testRows = 20

// predictions trains on all rows but the last, cut into files, and predicts
// those.
func (f frame) predictions(t *testing.T, files int, flags ...string) []float64 {
	t.Helper()
	dir := t.TempDir()
	n := len(f.cols["y"]) - testRows
	for k := range files {
		f.write(t, filepath.Join(dir, fmt.Sprintf("train/%d.csv", files-k)), n*k/files, n*(k+1)/files)
	}
	f.write(t, filepath.Join(dir, "new.csv"), n, n+testRows)
	must(t, dir, "model_preprocessing", "-time", "", "-target", "y", "train")
	must(t, dir, "model_preparation", append(flags, "train")...)
	must(t, dir, "model_testing", "-predictions", "p.csv", "new.csv")
	var predicted []float64
	for _, text := range predictedIn(t, filepath.Join(dir, "p.csv")) {
		predicted = append(predicted, testutil.Must(strconv.ParseFloat(text, 64))(t))
	}
	if len(predicted) != testRows {
		t.Fatal(len(predicted))
	}
	return predicted
}

// random is a frame of n rows: columns of several sizes, two of them much
// alike, and a target of deviation 3 or so that follows from them.
func random(seed uint64, n int) frame {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	f := frame{cols: map[string][]float64{}}
	normal := func(mean, std float64) func(int) float64 {
		return func(int) float64 { return mean + std*r.NormFloat64() }
	}
	f.names, f.cols["y"] = []string{"y"}, make([]float64, n)
	f = f.with("a", normal(0, 1)).with("b", normal(100, 20)).with("c", normal(-7, 0.1)).with("d", normal(3, 1e-4))
	f = f.with("b2", func(i int) float64 { return f.cols["b"][i] - 0.05*r.NormFloat64() })
	return f.with("y", func(i int) float64 {
		c := f.cols
		return 5 + c["a"][i] + 10*(c["c"][i]+7) + 20*(c["b"][i]-c["b2"][i]) + 0.1*r.NormFloat64()
	})
}

// invariance is a frame whose predictions follow from those of another.
type invariance struct {
	name   string
	frame  frame
	as     frame // the base if it has no columns
	files  int   // more than 1 if not 0
	alpha  string
	offset float64 // largest |mean|/deviation of a column
	unit   float64 // of the target, if not 1
	shift  float64 // of the target
}

// invariances are the ways to say the same as a frame of n rows and those for testing.
func invariances(base frame, n int) []invariance {
	c := base.cols
	scaled := func(name string, by float64) frame {
		return base.with(name, func(i int) float64 { return c[name][i] * by })
	}
	shifted := func(name string, by float64) frame {
		return base.with(name, func(i int) float64 { return c[name][i] + by })
	}
	permuted, twice := base.clone(), base.clone()
	slices.Reverse(permuted.names)
	for name, col := range c {
		twice.cols[name] = slices.Concat(col[:n], col)
	}
	return []invariance{
		{name: "shifted", frame: shifted("a", 1e9), offset: 1e9},
		{name: "shifted target", frame: shifted("y", 1e6), offset: 1e6, shift: 1e6},
		{name: "in other units", frame: scaled("b", 3.7).with("b2", func(i int) float64 { return c["b2"][i] * 1e20 })},
		{name: "very small", frame: scaled("b", 1e-90)},
		{name: "very large", frame: scaled("c", 1e90)},
		{name: "mirrored", frame: scaled("b", -1)},
		{name: "constant", frame: base.with("one", func(int) float64 { return 1e7 })},
		{name: "a copy", frame: base.with("copy", func(i int) float64 { return c["c"][i] })},
		{name: "a combination", frame: base.with("sum", func(i int) float64 { return 2*c["a"][i] - 3*c["c"][i] + 5 })},
		{name: "a large number", frame: base.with("logger", func(i int) float64 { return 72793024233 + float64(i*i%3%2) }),
			as: base.with("logger", func(i int) float64 { return float64(i * i % 3 % 2) })},
		{name: "large target", frame: scaled("y", 1e90), unit: 1e90},
		{name: "small target", frame: scaled("y", 1e-90), unit: 1e-90},
		{name: "in seven files", frame: base, files: 7},
		{name: "permuted", frame: permuted},
		{name: "every row twice", frame: twice},
		{name: "ridge, in other units", frame: scaled("a", 1e-9), alpha: "3"},
		{name: "ridge, shifted", frame: shifted("c", 1e4), alpha: "3", offset: 1e5},
	}
}

// What says the same gives the same predictions: units and origins of columns,
// their order, columns that add nothing, rows that come twice, files cut
// elsewhere. Small tables are solved by another way than large ones.
//
// The tolerance is that of the numbers themselves: one in 2⁵³ of a column's size
// in units of its deviation, times how much the alike columns b and b2 magnify
// it (400), times some for what adds up over the columns.
func TestInvariances(t *testing.T) {
	const magnified = 400
	for _, n := range []int{40, 12000} {
		base := random(uint64(n), n+testRows)
		expected := map[string][]float64{} // of the base, by alpha
		for _, alpha := range []string{"0", "3"} {
			expected[alpha] = base.predictions(t, 1, "-alpha", alpha)
		}
		for _, same := range invariances(base, n) {
			t.Run(fmt.Sprintf("%s/%d rows", same.name, n), func(t *testing.T) {
				t.Parallel()
				alpha, unit := cmp.Or(same.alpha, "0"), cmp.Or(same.unit, 1)
				want := expected[alpha]
				if same.as.cols != nil {
					want = same.as.predictions(t, 1)
				}
				tolerance := 0x1p-53 * 8 * magnified * (1000 + same.offset) * 3
				for i, got := range same.frame.predictions(t, max(1, same.files), "-alpha", alpha) {
					if d := math.Abs((got-same.shift)/unit - want[i]); !(d <= tolerance) {
						t.Fatalf("prediction %d is %v, not %v: off by %.2g, more than %.2g", i, (got-same.shift)/unit,
							want[i], d, tolerance)
					}
				}
			})
		}
	}
}
