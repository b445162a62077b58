package cmd_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
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
func (f frame) write(t *testing.T, path string, from, to int) {
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
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// testRows are how many rows at the end of a frame are for testing.
const testRows = 20

// predictions trains on all rows but the last, cut into files, and predicts
// those.
func (f frame) predictions(t *testing.T, files int, flags ...string) []float64 {
	t.Helper()
	dir := newDir(t)
	n := len(f.cols["y"]) - testRows
	for k := range files {
		f.write(t, filepath.Join(dir, fmt.Sprintf("train/%d.csv", files-k)), n*k/files, n*(k+1)/files)
	}
	f.write(t, filepath.Join(dir, "new.csv"), n, n+testRows)
	must(t, dir, "model_preprocessing", "-time", "", "-target", "y", "train")
	must(t, dir, "model_preparation", append(flags, "train")...)
	must(t, dir, "model_testing", "-predictions", "p.csv", "new.csv")
	file, err := os.Open(filepath.Join(dir, "p.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil || len(records) != testRows+1 {
		t.Fatal(len(records), err)
	}
	var predicted []float64
	for _, rec := range records[1:] {
		v, err := strconv.ParseFloat(rec[slices.Index(records[0], "predicted")], 64)
		if err != nil {
			t.Fatal(err)
		}
		predicted = append(predicted, v)
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

// What says the same gives the same predictions: units and origins of columns,
// their order, columns that add nothing, rows that come twice, files cut
// elsewhere. Small tables are solved by another way than large ones.
//
// The tolerance is that of the numbers themselves: one in 2⁵³ of a column's size
// in units of its deviation, times how much the alike columns b and b2 magnify
// it (400), times some for what adds up over the columns.
func TestInvariances(t *testing.T) {
	const magnified = 400
	for _, n := range []int{40, 20000} {
		for seed := range uint64(2) {
			base := random(seed, n+testRows)
			c := base.cols
			noise := rand.New(rand.NewPCG(seed, 1))
			extra := make([]float64, n+testRows)
			for i := range extra {
				extra[i] = float64(noise.IntN(2))
			}
			cases := map[string]struct {
				frame, as frame // as is what it must be the same as; base if nil
				files     int
				flags     []string
				offset    float64 // largest |mean|/deviation
				unit      float64 // of the target
			}{
				"shifted": {frame: base.with("a", func(i int) float64 { return c["a"][i] + 1e9 }), offset: 1e9},
				"shifted target": {frame: base.with("y", func(i int) float64 { return c["y"][i] + 1e6 }), as: base,
					unit: 1, offset: 1e6},
				"in other units": {frame: base.with("b", func(i int) float64 { return c["b"][i] * 3.7 }).with("b2",
					func(i int) float64 { return c["b2"][i] * 1e20 })},
				"very small": {frame: base.with("b", func(i int) float64 { return c["b"][i] * 1e-90 })},
				"very large": {frame: base.with("c", func(i int) float64 { return c["c"][i] * 1e90 })},
				"mirrored":   {frame: base.with("b", func(i int) float64 { return -c["b"][i] })},
				"constant":   {frame: base.with("one", func(int) float64 { return 1e7 })},
				"a copy":     {frame: base.with("copy", func(i int) float64 { return c["c"][i] })},
				"a combination": {frame: base.with("sum",
					func(i int) float64 { return 2*c["a"][i] - 3*c["c"][i] + 5 })},
				"a large number": {frame: base.with("logger", func(i int) float64 { return 72793024233 + extra[i] }),
					as: base.with("logger", func(i int) float64 { return extra[i] })},
				"large target": {frame: base.with("y", func(i int) float64 { return c["y"][i] * 1e90 }),
					unit: 1e90},
				"small target": {frame: base.with("y", func(i int) float64 { return c["y"][i] * 1e-90 }),
					unit: 1e-90},
				"in three files": {frame: base, files: 3},
				"in seven files": {frame: base, files: 7},
				"ridge, by units": {frame: base.with("a", func(i int) float64 { return c["a"][i] * 1e-9 }),
					flags: []string{"-alpha", "3"}},
				"ridge, shifted": {frame: base.with("c", func(i int) float64 { return c["c"][i] + 1e4 }),
					flags: []string{"-alpha", "3"}, offset: 1e5},
			}
			permuted := base.clone()
			slices.Reverse(permuted.names)
			twice := base.clone()
			for name, col := range c {
				twice.cols[name] = slices.Concat(col[:n], col)
			}
			add := cases["constant"]
			add.frame = permuted
			cases["permuted"] = add
			add.frame = twice
			cases["every row twice"] = add
			for name, cs := range cases {
				t.Run(fmt.Sprintf("%s/%d rows/%d", name, n, seed), func(t *testing.T) {
					t.Parallel()
					if cs.as.cols == nil {
						cs.as = base
					}
					if cs.unit == 0 {
						cs.unit = 1
					}
					want := cs.as.predictions(t, 1, cs.flags...)
					got := cs.frame.predictions(t, max(1, cs.files), cs.flags...)
					tolerance := 0x1p-53 * 8 * magnified * (1000 + cs.offset) * 3
					if name == "shifted target" {
						for i := range want {
							want[i] += 1e6
						}
						tolerance = 0x1p-53 * 8 * magnified * 1e6
					}
					for i := range want {
						if d := math.Abs(got[i]/cs.unit - want[i]); !(d <= tolerance) {
							t.Fatalf("prediction %d is %v, not %v: off by %.2g, more than %.2g", i, got[i]/cs.unit,
								want[i], d, tolerance)
						}
					}
				})
			}
		}
	}
}
